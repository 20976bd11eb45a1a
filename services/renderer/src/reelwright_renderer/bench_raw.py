"""The frames of a job as raw bytes, and the bare encode of them."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import thread_time

import numpy as np

from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_renderer.captioning import painter_of, plan_of
from reelwright_renderer.captions.port import Planes
from reelwright_renderer.compose import compose, format_of
from reelwright_renderer.encode import Encoder, encode_segment
from reelwright_renderer.frames import Canvas, copy_planes
from reelwright_renderer.painting import Painter, Studio
from reelwright_renderer.timeline import Format, TransitionKind
from reelwright_renderer.units import Unit, cut_units


def compose_raw(request: RenderRequested, blobs: Path, target: Path) -> dict[str, float]:
    """Write all frames to `target`; returns CPU milliseconds per frame of each kind of unit, captions included."""
    timeline = compose(request)
    files = {clip.media.key: blobs / clip.media.key for clip in timeline.clips if clip.media.key}
    painter = Painter(Studio(timeline.format, files, plan_of(timeline)), painter_of)
    spent: dict[str, list[float]] = defaultdict(list)
    with target.open("wb") as out:
        for unit in cut_units(timeline):
            began = thread_time()
            for canvas in painter.frames(unit):
                spent[_kind(unit)].append(thread_time() - began)
                for plane in canvas.planes:
                    out.write(np.ascontiguousarray(plane).data)
                began = thread_time()
    painter.close()
    return {kind: round(1000 * sum(times) / len(times), 2) for kind, times in sorted(spent.items())}


def _kind(unit: Unit) -> str:
    return unit.layers[0].media.kind if unit.transition is TransitionKind.CUT else unit.transition


def encode_raw(raw: Path, request: RenderRequested, target: Path, threads: int) -> None:
    """The bare encode: the same options as a render's, with `threads` threads in one process."""
    format_ = format_of(request.settings)
    encode_segment(target, _frames(raw, format_), Encoder(), format_, threads=threads)


def _frames(raw: Path, format_: Format) -> Iterator[Canvas]:
    canvas = Canvas(format_)
    for frame in np.memmap(raw, np.uint8, "r").reshape(-1, format_.width * format_.height * 3 // 2):
        copy_planes(_planes(frame, format_), canvas.planes)
        yield canvas


def _planes(frame: np.ndarray[tuple[int], np.dtype[np.uint8]], format_: Format) -> Planes:
    width, height, luma = format_.width, format_.height, format_.width * format_.height
    y, u, v = np.split(frame, [luma, luma * 5 // 4])
    half = (height // 2, width // 2)
    return y.reshape(height, width), u.reshape(half), v.reshape(half)
