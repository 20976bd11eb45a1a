"""Fetches one recording: bounded in size and time, told by its bytes, and never from where we do not call."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from reelwright.events.v1.facts_pb2 import AudioFetched
from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.events.v1.requests_pb2 import AudioFetchRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import Reject, Retry
from reelwright_chassis.outbound import AddressRefused
from reelwright_chassis.tracing import Kind, span
from reelwright_chassis.worker import Job
from reelwright_gateway.problems import Problem
from reelwright_gateway.uploads.receive import Received, recording, spooled

_PIECE_BYTES = 64 * 1024
_HEADERS = {"Accept": "audio/*, video/*;q=0.9, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "Reelwright"}
_PASSING = frozenset({408, 425, 429})
_CODES = {
    "body_too_large": "audio_url_too_large",
    "upload_empty": "audio_empty",
    "audio_type_unsupported": "audio_type_unsupported",
}
"""What uploads are refused with, as reason codes of a project."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """The handler. Its client follows no redirect: each address must have been judged."""

    blobs: Blobs
    client: Callable[[], httpx.AsyncClient]
    max_bytes: int
    longest_s: float

    async def __call__(self, request: AudioFetchRequested, job: Job) -> AudioFetched:
        """Raises `Reject`: audio_url_*, audio_empty, audio_type_unsupported; `Retry`: audio_url_unreachable."""
        try:
            async with asyncio.timeout(self.longest_s):
                return AudioFetched(audio=await self._fetch(request, job))
        except TimeoutError:
            raise Reject("audio_url_slow", f"It was not here after {self.longest_s:g} s.") from None
        except AddressRefused as error:
            raise Reject("audio_url_refused", str(error)) from None
        except httpx.HTTPError as error:
            # Its message may hold the address.
            raise Retry("The recording's host does not answer.", reason_code="audio_url_unreachable") from error
        except Problem as error:
            raise Reject(_CODES[error.code], error.says) from None

    async def _fetch(self, request: AudioFetchRequested, job: Job) -> BlobRef:
        async with self._asked(request.url) as answer:
            _check_status(answer.status_code)
            taken = recording(self.max_bytes)
            if (_announced(answer) or 0) > self.max_bytes:
                raise taken.too_large()
            async with spooled(_pieces(answer, job), job.scratch, taken) as audio:
                return await self._store(request.project_id, audio)

    @asynccontextmanager
    async def _asked(self, url: str) -> AsyncIterator[httpx.Response]:
        with span("fetch recording", Kind.CLIENT):
            async with self.client() as client, client.stream("GET", url, headers=_HEADERS) as answer:
                yield answer

    async def _store(self, project_id: str, audio: Received) -> BlobRef:
        key = f"audio-projects/{project_id}/audio-{audio.sha256[:32]}"
        return await self.blobs.put_file(key, audio.path, content_type=audio.content_type)


def _check_status(status: int) -> None:
    if status == httpx.codes.OK:
        return
    if status in _PASSING or status >= 500:
        raise Retry(f"The recording's host answers {status}.", reason_code="audio_url_unreachable")
    raise Reject("audio_url_answer", f"The recording's host answers {status}.")


def _announced(answer: httpx.Response) -> int | None:
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


async def _pieces(answer: httpx.Response, job: Job) -> AsyncIterator[bytes]:
    size_bytes, whole_bytes = 0, _announced(answer)
    async for piece in answer.aiter_raw(_PIECE_BYTES):
        job.raise_if_stopped()
        size_bytes += len(piece)
        if whole_bytes:
            job.progress(100.0 * min(1.0, size_bytes / whole_bytes), "fetching")
        yield piece
