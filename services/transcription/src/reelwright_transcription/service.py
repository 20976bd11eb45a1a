"""The transcription service: a worker on transcription.requests, with its own subprocesses."""

from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.worker import Worker
from reelwright_transcription.handler import TranscriptionHandler
from reelwright_transcription.settings import TranscriptionSettings


def transcription(parts: Parts, settings: TranscriptionSettings | None = None) -> Service:
    """The worker that answers TranscriptionRequested with TranscriptReady. Raises `SettingsError` without its key."""
    settings = settings or TranscriptionSettings.load()
    settings.check_key()
    pool = CpuPool(settings.concurrency)
    worker = Worker(
        "transcription",
        topic="transcription.requests",
        request=TranscriptionRequested,
        concurrency=settings.concurrency,
    )
    worker.handles(TranscriptionHandler(parts.blobs, pool, settings))
    return _WithPool(worker.bind(parts), pool)


class _WithPool:
    """The worker; its subprocesses end with it."""

    def __init__(self, worker: Service, pool: CpuPool) -> None:
        self._worker = worker
        self._pool = pool

    @property
    def name(self) -> str:
        return self._worker.name

    @property
    def ready(self) -> bool:
        return self._worker.ready

    @property
    def why_unready(self) -> str | None:
        return self._worker.why_unready

    @property
    def poll_age_s(self) -> float | None:
        return self._worker.poll_age_s

    async def run(self) -> None:
        async with self._pool:
            await self._worker.run()

    def stop(self) -> None:
        self._worker.stop()
