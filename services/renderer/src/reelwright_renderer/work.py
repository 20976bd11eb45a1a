"""The pieces of work of a render, as functions that run in processes of their own (`CpuPool`).

Each is given all that it needs. A process keeps its painter from call to call, so that neighbouring units of one video
go on with the sources that are open.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from reelwright_chassis.processes import report
from reelwright_renderer.audio.make import make_sound, measure_file
from reelwright_renderer.audio.meter import Level
from reelwright_renderer.captioning import painter_of
from reelwright_renderer.encode import Encoder, encode_segment
from reelwright_renderer.frames import Canvas
from reelwright_renderer.painting import Painter, Studio
from reelwright_renderer.timeline import AudioClip
from reelwright_renderer.units import Unit

_painter: Painter | None = None


def render_unit(studio: Studio, unit: Unit, encoder: Encoder, target: Path) -> None:
    """Paint and encode one unit. Raises Reject for a picture that cannot be shown, EncoderFailed."""
    frames = _reported(_painter_for(studio).frames(unit), unit.frames.count)
    encode_segment(target, frames, encoder, studio.format)


def provide_sound(recording: Path, clips: Sequence[AudioClip], duration_s: float, target: Path) -> Level:
    """Make the sound, or use the one that is at `target` already; its level in either case."""
    if target.exists():
        return measure_file(target, duration_s)
    partial = target.with_suffix(".part")
    level = make_sound(recording, clips, duration_s, partial)
    partial.replace(target)
    return level


def _painter_for(studio: Studio) -> Painter:
    global _painter  # noqa: PLW0603 - what this process keeps from call to call
    cv2.setNumThreads(1)  # the processes are what fills the cores
    if _painter is None or _painter.studio != studio:
        if _painter is not None:
            _painter.close()
        _painter = Painter(studio, painter_of)
    return _painter


def _reported(frames: Iterator[Canvas], count: int) -> Iterator[Canvas]:
    for number, canvas in enumerate(frames, start=1):
        yield canvas
        report(100 * number / count, "rendering")
