"""The pieces of work of one render that run in processes of their own. Picklable; each names what it needs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from reelwright_renderer.audio.make import make_sound, measure_file
from reelwright_renderer.audio.meter import Level
from reelwright_renderer.encode import Encoder, encode_segment
from reelwright_renderer.frames import Canvas
from reelwright_renderer.join import Piece, join
from reelwright_renderer.painting import Painter
from reelwright_renderer.poster import jpeg, write_poster
from reelwright_renderer.timeline import AudioClip, Format
from reelwright_renderer.units import Unit

Tell = Callable[[int], None]
"""Called with a number of frames that were just finished."""


Result_co = TypeVar("Result_co", covariant=True)


class Task(Protocol[Result_co]):
    def run(self, painter: Painter, tell: Tell) -> Result_co: ...


@dataclass(frozen=True, slots=True)
class RenderUnit:
    """Paint and encode one unit."""

    unit: Unit
    encoder: Encoder
    format: Format
    target: Path

    def run(self, painter: Painter, tell: Tell) -> None:
        encode_segment(self.target, _told(painter.frames(self.unit), tell), self.encoder, self.format)


def _told(frames: Iterator[Canvas], tell: Tell) -> Iterator[Canvas]:
    for canvas in frames:
        yield canvas
        tell(1)


@dataclass(frozen=True, slots=True)
class MakeSound:
    """Cut, level and encode the sound, or measure the one that is already at `target`."""

    recording: Path
    clips: tuple[AudioClip, ...]
    duration_s: float
    target: Path
    made: bool

    def run(self, painter: Painter, tell: Tell) -> Level:  # noqa: ARG002 - sound is not painted
        if self.made:
            return measure_file(self.target, self.duration_s)
        return make_sound(self.recording, self.clips, self.duration_s, self.target)


@dataclass(frozen=True, slots=True)
class Join:
    """Put the finished segments and the sound into the video's file, and take its poster."""

    pieces: tuple[Piece, ...]
    audio: Path
    fps: int
    target: Path
    poster: Path
    title: str

    def run(self, painter: Painter, tell: Tell) -> None:  # noqa: ARG002 - nothing is painted any more
        join(self.pieces, self.audio, self.fps, self.target, self.title)
        write_poster(self.target, self.poster)


@dataclass(frozen=True, slots=True)
class PaintFrame:
    """One frame of a unit as a JPEG."""

    unit: Unit
    index: int

    def run(self, painter: Painter, tell: Tell) -> bytes:  # noqa: ARG002 - a single frame
        return jpeg(painter.frame(self.unit, self.index).frame)
