"""The command's own memory: which project belongs to which recording and options, so that the same command goes on."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from reelwright_chassis.ids import content_id
from reelwright_chassis.store.port import Query, Store, Value
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.providers import Providers
from reelwright_standalone.recording import Recording
from reelwright_standalone.tables import JOBS


@dataclass(frozen=True, slots=True)
class Job:
    """`choices` are the options that change the video; `script` is the hash of the given text last taken up."""

    job: str
    project_id: str
    audio: str
    choices: Mapping[str, str]
    script: str = ""
    own_assets: Mapping[str, str] = field(default_factory=dict)


def choices_of(options: MakeOptions, providers: Providers, *, profile: str, whisper_model: str) -> dict[str, str]:
    """The options that name a job. How captions look and what may be spent can change without making all of it anew."""
    return {
        "duration_s": f"{options.duration_s:g}" if options.duration_s is not None else "",
        "language": options.language,
        "look": options.look,
        "direction": options.direction,
        "providers": providers.label,
        "profile": profile,
        "whisper_model": whisper_model,
    }


def job_name(recording: Recording, choices: Mapping[str, str]) -> str:
    """The job's name: the recording's bytes and the options that change the video."""
    return content_id("job", {"audio": recording.sha256, **choices})


class JobBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, job: str) -> Job | None:
        item = await self._store.get(JOBS, {"job": job})
        return _job(item) if item is not None else None

    async def put(self, job: Job) -> None:
        item: dict[str, Value] = {
            "job": job.job,
            "project_id": job.project_id,
            "audio": job.audio,
            "choices": dict(job.choices),
            "script": job.script,
            "own_assets": dict(job.own_assets),
            "used_at": time.time(),
        }
        await self._store.put(JOBS, item)

    async def forget(self, job: str) -> None:
        await self._store.delete(JOBS, {"job": job})

    async def latest(self, audio: str) -> Job | None:
        """The job that this recording's last run belonged to."""
        page = await self._store.query(Query(JOBS, audio, index="by-audio", ascending=False, limit=1))
        return _job(page.items[0]) if page.items else None

    async def find(self, recording: Recording, choices: Mapping[str, str], *, named: str, editing: bool) -> Job | None:
        """The job to go on with: the one that the plan file names, else the one of these choices.

        An edit (`editing`) with options left out goes on with the recording's last job, if no option contradicts it.
        """
        if named and (job := await self.get(named)) is not None and job.audio == recording.sha256:
            return job
        if (job := await self.get(job_name(recording, choices))) is not None:
            return job
        last = await self.latest(recording.sha256) if editing else None
        return last if last is not None and _agrees(choices, last.choices) else None


def _agrees(asked: Mapping[str, str], had: Mapping[str, str]) -> bool:
    return all(not value or had.get(name, "") == value for name, value in asked.items())


def _job(item: Mapping[str, object]) -> Job:
    choices, own = item["choices"], item["own_assets"]
    assert isinstance(choices, dict)  # noqa: S101  # as put() wrote it
    assert isinstance(own, dict)  # noqa: S101
    return Job(str(item["job"]), str(item["project_id"]), str(item["audio"]), choices, str(item["script"]), own)
