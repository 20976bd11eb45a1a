"""`python -m reelwright_transcription`: the transcription service as a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_transcription.service import transcription
from reelwright_transcription.settings import TranscriptionSettings


@asynccontextmanager
async def build(parts: Parts, settings: TranscriptionSettings) -> AsyncIterator[Built]:
    """Raises `SettingsError` for a key that is missing or refused."""
    service = transcription(parts, settings)
    if settings.engine == "openai":
        from reelwright_transcription.engines.openai_key import check_openai_key  # noqa: PLC0415  # takes a second

        await check_openai_key(settings.openai)
    yield Built([service])


PROGRAM = Program(
    name="transcription",
    module="reelwright_transcription",
    about="Makes words with times of recordings.",
    needs=(Need.BUS, Need.BLOBS, Need.DIRECTOR),
    settings=TranscriptionSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
