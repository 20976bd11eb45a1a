"""The recording as the command gets it: a file, its bytes' name, and the files that will lie beside the video."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from reelwright_standalone.errors import InputError

MAX_BYTES = 100_000_000
"""100 MB at the door, as the API has it."""


@dataclass(frozen=True, slots=True)
class Recording:
    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where one recording's results go, all beside each other."""

    video: Path
    srt: Path
    vtt: Path
    poster: Path
    timeline: Path
    transcript: Path
    plan: Path

    def all(self) -> tuple[Path, ...]:
        return (self.video, self.srt, self.vtt, self.poster, self.timeline, self.transcript, self.plan)


def readable(name: str) -> str:
    """A file's name as text, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def open_recording(path: Path) -> Recording:
    """Name and hash the file. Raises `InputError` where it takes no decoding to see that it is no recording."""
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; give the recording itself.")
    if not path.is_file():
        raise InputError(f"{str(path)!r} does not exist; check the path.")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{str(path)!r} is empty; give a recording with speech in it.")
    if size > MAX_BYTES:
        raise InputError(
            f"{str(path)!r} has {size / 1e6:.0f} MB, more than {MAX_BYTES // 1_000_000}; export it as MP3 or M4A first."
        )
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError as error:
        raise InputError(f"{str(path)!r} may not be read; change its permissions.") from error
    return Recording(path, digest, size)


def outputs_for(recording: Path, output: Path | None) -> Outputs:
    """`talk.mp3` becomes `talk.short.mp4`, `talk.transcript.txt`, `talk.plan.yaml`, ... in the same folder.

    With `-o movie.mp4` the others are named after the movie; an existing folder takes the default names.
    """
    if output is not None and output.is_dir():
        output = output / f"{recording.stem}.short.mp4"
    video = output or recording.with_name(f"{recording.stem}.short.mp4")
    if video.suffix.lower() != ".mp4":
        raise InputError(f"-o {str(video)!r}: the video is an MP4; let the name end in .mp4.")
    if video.absolute() == recording.absolute():
        raise InputError(f"-o {str(video)!r} is the recording itself; choose another name.")
    stem = video.with_name(video.stem)
    base = recording.stem if output is None else video.stem.removesuffix(".short")
    beside = video.with_name(base)
    return Outputs(
        video=video,
        srt=_with(stem, ".srt"),
        vtt=_with(stem, ".vtt"),
        poster=_with(stem, ".jpg"),
        timeline=_with(stem, ".otio"),
        transcript=_with(beside, ".transcript.txt"),
        plan=_with(beside, ".plan.yaml"),
    )


def _with(path: Path, suffix: str) -> Path:
    """The path with a suffix appended; `with_suffix` would cut a name with dots in it."""
    return path.with_name(path.name + suffix)
