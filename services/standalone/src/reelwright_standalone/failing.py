"""A recording that becomes no video: said to its user, kept for the table and for programs."""

from pathlib import Path

from rich.console import Console

from reelwright_standalone.errors import InputError, Told
from reelwright_standalone.recording import open_recording, outputs_for
from reelwright_standalone.report import FailedReport


def refusal(recording: Path, output: Path | None) -> InputError | None:
    """What it takes no decoding to refuse."""
    try:
        open_recording(recording)
        outputs_for(recording, output)
    except InputError as error:
        return error
    return None


def say_failed(console: Console, recording: Path, error: Told) -> FailedReport:
    """Say it with the recording's name, which a reason from inside does not know."""
    name, sentence = str(recording), str(error)
    if name not in sentence:
        sentence = f"{name}: {sentence}"
    console.print(sentence, style="red", markup=False, soft_wrap=True)
    return FailedReport(name, error.exit_code, sentence)
