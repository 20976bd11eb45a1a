"""One composed frame of a video that need not exist, for editors."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.processes import CpuPool
from reelwright_renderer.captioning import painter_of, plan_of
from reelwright_renderer.compose import compose
from reelwright_renderer.painting import Painter, Studio
from reelwright_renderer.poster import jpeg
from reelwright_renderer.timeline import Timeline
from reelwright_renderer.units import Unit, cut_units


async def preview_frame(request: RenderRequested, time_s: float, blobs: Blobs) -> bytes:
    """The frame at `time_s` (clamped to the video) as a JPEG. Raises Reject for what cannot be rendered."""
    unit, _ = frame_at(compose(request), time_s)
    keys = {layer.media.key for layer in unit.layers if layer.media.key}
    async with AsyncExitStack() as stack:
        files = {key: await stack.enter_async_context(blobs.local(key)) for key in keys}
        pool = await stack.enter_async_context(CpuPool(workers=1))
        return await pool.run(paint_jpeg, request, time_s, files)


def paint_jpeg(request: RenderRequested, time_s: float, files: Mapping[str, Path]) -> bytes:
    """The frame at `time_s`, with the files that it shows."""
    timeline = compose(request)
    painter = Painter(Studio(timeline.format, files, plan_of(timeline)), painter_of)
    return jpeg(painter.frame(*frame_at(timeline, time_s)).frame)


def frame_at(timeline: Timeline, time_s: float) -> tuple[Unit, int]:
    """The unit that holds the frame shown at `time_s`, and the frame's number within the unit."""
    frame = min(max(int(time_s * timeline.format.fps + 1e-6), 0), timeline.frames - 1)
    unit = next(unit for unit in cut_units(timeline) if frame < unit.frames.end)
    return unit, frame - unit.frames.first
