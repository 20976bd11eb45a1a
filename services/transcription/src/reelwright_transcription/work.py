"""What runs in a subprocess: importable by name, with small picklable arguments and results.

What it takes to transcribe is imported there: half a second that whoever only hands out the work need not pay.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.processes import report
from reelwright_transcription.engines.port import Recogniser, Recognition, Replayed
from reelwright_transcription.engines.whisper_local import LocalModel, LocalWhisper


@dataclass(frozen=True, slots=True)
class Errand:
    """One recording to transcribe. `script` is a serialized GivenText, None without one; `recognition` an answer that
    was paid for, which takes the place of the local model.
    """

    audio: Path
    language: str
    script: bytes | None
    model: LocalModel
    max_duration_s: float
    recognition: Recognition | None = None


def run_errand(errand: Errand) -> bytes:
    """A serialized Transcript, without its id."""
    from reelwright_transcription.transcribe import transcribe  # noqa: PLC0415

    engine: Recogniser = Replayed(errand.recognition) if errand.recognition else _whisper(errand.model)
    script = GivenText.FromString(errand.script) if errand.script is not None else None
    return transcribe(
        errand.audio,
        language=errand.language,
        script=script,
        engine=engine,
        progress=report,
        max_duration_s=errand.max_duration_s,
    ).SerializeToString(deterministic=True)


@cache
def _whisper(choice: LocalModel) -> LocalWhisper:
    """One per process: its model stays loaded."""
    return LocalWhisper(choice)
