"""Answers requests: one transcript for each TranscriptionRequested."""

from collections.abc import Callable
from pathlib import Path

from reelwright.events.v1.facts_pb2 import TranscriptReady, Work
from reelwright.events.v1.media_pb2 import Transcript
from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import NotFound, Reject, Retry
from reelwright_chassis.processes import CpuPool, ProcessCrashed
from reelwright_chassis.tracing import annotate, span
from reelwright_chassis.worker.job import Job
from reelwright_transcription.engines.openai_models import tells_times
from reelwright_transcription.engines.port import Recognition
from reelwright_transcription.settings import TranscriptionSettings
from reelwright_transcription.work import Errand, run_errand


class TranscriptionHandler:
    """Decodes, recognises and aligns in `pool`'s subprocesses; calls OpenAI, where it is chosen, from here."""

    def __init__(self, blobs: Blobs, pool: CpuPool, settings: TranscriptionSettings) -> None:
        self._blobs = blobs
        self._pool = pool
        self._settings = settings
        self._openai_model = settings.openai.model

    async def __call__(self, request: TranscriptionRequested, job: Job) -> TranscriptReady:
        try:
            async with self._blobs.local(request.audio.key) as audio:
                return await self._answer(audio, request, job)
        except NotFound as error:
            raise Reject("recording_gone", "The recording is not stored any more.") from error

    async def _answer(self, audio: Path, request: TranscriptionRequested, job: Job) -> TranscriptReady:
        scripted = request.HasField("script")
        paid = None if scripted or self._settings.engine == "local" else await self._paid(audio, request, job)
        errand = Errand(
            audio=audio,
            language=request.language or "auto",
            script=request.script.SerializeToString() if scripted else None,
            model=self._settings.local_model,
            max_duration_s=self._settings.max_duration_s,
            recognition=paid,
        )
        transcript = Transcript.FromString(await self._run(errand, job))
        transcript.transcript_id = request.request_id
        annotate(
            {
                "reelwright.duration_s": transcript.duration_s,
                "reelwright.words": len(transcript.words),
                "reelwright.engine": transcript.engine,
            }
        )
        return TranscriptReady(transcript=transcript, work=Work(cost_usd=paid.cost_usd if paid else 0.0))

    async def _run(self, errand: Errand, job: Job) -> bytes:
        paid = errand.recognition
        on_progress = job.progress if paid is None else _part(job, 60, 100)
        try:
            with span("recognise and align"):
                return await self._pool.run(run_errand, errand, on_progress=on_progress, stop=lambda: job.stopped)
        except ProcessCrashed as error:
            raise Retry(str(error), reason_code="internal", cost_usd=paid.cost_usd if paid else 0.0) from error

    async def _paid(self, audio: Path, request: TranscriptionRequested, job: Job) -> Recognition:
        """OpenAI's answer. A model that ended is replaced by its successor for as long as this process lives."""
        try:
            return await self._ask_openai(audio, request, job)
        except Reject as error:
            successor = self._settings.openai.successor
            if error.reason_code != "openai_model_gone" or successor in ("", self._openai_model):
                raise
            self._openai_model = successor
        return await self._ask_openai(audio, request, job)

    async def _ask_openai(self, audio: Path, request: TranscriptionRequested, job: Job) -> Recognition:
        from reelwright_transcription.engines.openai_engine import OpenAiEngine  # noqa: PLC0415  # openai takes a second
        from reelwright_transcription.upload import prepare_uploads  # noqa: PLC0415

        openai, model = self._settings.openai, self._openai_model
        with span("cut for upload"):
            uploads = await self._pool.run(
                prepare_uploads,
                audio,
                job.scratch,
                tells_times(model),
                self._settings.max_duration_s,
                on_progress=_part(job, 0, 10),
                stop=lambda: job.stopped,
            )
        key = openai.api_key.get_secret_value()
        async with OpenAiEngine(model, api_key=key, base_url=openai.base_url, timeout_s=openai.timeout_s) as engine:
            return await engine.recognise(
                uploads, language=request.language or "auto", confirm=job.confirm, progress=_part(job, 10, 60)
            )


def _part(job: Job, from_percent: float, to_percent: float) -> Callable[[float, str], None]:
    """Progress of a part of the job."""

    def tell(percent: float, doing: str) -> None:
        job.progress(from_percent + (to_percent - from_percent) * percent / 100, doing)

    return tell
