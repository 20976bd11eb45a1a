"""From a finished task to a stored file: ask for a fresh address, fetch, check, put into blobs."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Retry
from reelwright_chassis.tracing import Kind, span
from reelwright_chassis.worker.job import Job
from reelwright_kling_gateway.client.errors import KlingError
from reelwright_kling_gateway.client.kling import Provider
from reelwright_kling_gateway.download import Media, NoResult, Probe, Unreachable, download
from reelwright_kling_gateway.probe import MediaFacts
from reelwright_kling_gateway.submissions import Submission
from reelwright_kling_gateway.waiting import pause

_PAUSES_S = (2.0, 5.0, 10.0, 20.0, 30.0)
"""A minute in all before a paid result is given up: addresses were seen to work only a little after the task's end."""


class ResultLost(Exception):
    """The provider made it and cannot give it to us."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A result in blobs."""

    blob: BlobRef
    facts: MediaFacts


class Collector:
    def __init__(self, provider: Provider, client: httpx.AsyncClient, probe: Probe, blobs: Blobs, clock: Clock) -> None:
        self._provider = provider
        self._probe = probe
        self._client = client
        self._blobs = blobs
        self._clock = clock

    async def collect(self, submission: Submission, job: Job) -> Stored:
        """Raises `ResultLost`, `Stopped`, and `Retry` while the provider cannot be reached: nothing is bought again."""
        for pause_s in _PAUSES_S:
            with suppress(NoResult):
                return await self._take(submission, job)
            await pause(pause_s, job, self._clock)
        try:
            return await self._take(submission, job)
        except NoResult as error:
            raise ResultLost(str(error)) from error

    async def _take(self, submission: Submission, job: Job) -> Stored:
        with span("download", Kind.CLIENT):
            media = await self._fetch(submission, job.scratch)
        key = f"ai-generated/{submission.asset_id}.{media.suffix}"
        with span("upload"):
            blob = await self._blobs.put_file(key, media.path, content_type=media.facts.content_type)
        return Stored(blob, media.facts)

    async def _fetch(self, submission: Submission, folder: Path) -> Media:
        """Addresses expire, so the task is read again each time."""
        try:
            tasks = await self._provider.read(submission.order.product, [submission.task_id])
            urls = [url for task in tasks if task.id == submission.task_id for url in task.urls]
            if not urls:
                raise NoResult("the finished task names no result")
            return await download(self._client, self._probe, urls[0], submission.order.product, folder)
        except (KlingError, Unreachable) as error:
            raise Retry("the result cannot be fetched", reason_code="kling_unreachable", delay_s=15.0) from error
