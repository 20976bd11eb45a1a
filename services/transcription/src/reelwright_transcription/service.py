"""The transcription service: a worker on transcription.requests, with its own subprocesses."""

from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.worker import Worker
from reelwright_transcription.handler import TranscriptionHandler
from reelwright_transcription.settings import TranscriptionSettings


def transcription(parts: Parts, settings: TranscriptionSettings | None = None) -> Service:
    """The worker that answers TranscriptionRequested with TranscriptReady."""
    settings = settings or TranscriptionSettings()
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

    async def run(self) -> None:
        async with self._pool:
            await self._worker.run()

    def stop(self) -> None:
        self._worker.stop()
