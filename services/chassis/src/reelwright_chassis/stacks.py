"""Where an exception came from, without a word of what it says: also from the subprocess in which it was raised."""

import traceback

_NOTE = "In the subprocess:\n"


def frames_of(error: BaseException) -> list[str]:
    """`FILE:LINE FUNCTION`, outermost first; those of the subprocess, if any, after our own."""
    own = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    notes: list[str] = getattr(error, "__notes__", [])
    return own + [frame for note in notes if note.startswith(_NOTE) for frame in note.splitlines()[1:]]


def note_frames(error: BaseException, frames: list[str]) -> None:
    """Remember the frames of the subprocess in which `error` was raised."""
    error.add_note(_NOTE + "\n".join(frames))
