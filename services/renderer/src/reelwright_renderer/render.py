"""One render from the request to the stored video: what exists is used, what is missing is made, then all is joined."""

import math
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reelwright.events.v1.media_pb2 import Video
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_chassis import metrics
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.processes import CpuPool
from reelwright_chassis.tracing import Attributes, span
from reelwright_renderer.audio.meter import SILENCE_DB, Level
from reelwright_renderer.compose import compose
from reelwright_renderer.encode import EncoderFailed
from reelwright_renderer.encoders import wanted_encoders
from reelwright_renderer.join import Piece, join
from reelwright_renderer.lanes import open_lanes, run_all, usable_cores
from reelwright_renderer.outputs import Made, store_outputs
from reelwright_renderer.painting import Studio
from reelwright_renderer.plan import Plan, plan_renders
from reelwright_renderer.poster import write_poster
from reelwright_renderer.schedule import Schedule
from reelwright_renderer.segments import Shelf
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.work import provide_sound, render_unit

Progress = Callable[[float, str], None]
"""Told how far a render is (0..100) and what it is doing; also from other threads."""

SOUND_COST = 100.0
"""Making the sound costs about as much as this many frames of 1080x1920."""
LANE_PIXELS = 60 * 1080 * 1920
"""A further process costs its start-up (half a second of CPU): it must have at least this much to paint."""


async def render(
    request: RenderRequested,
    blobs: Blobs,
    work_dir: Path,
    progress: Progress,
    should_stop: Callable[[], bool],
    *,
    settings: RendererSettings | None = None,
) -> Video:
    """Make the video and store it with its side files under `final-videos/{project_id}/{revision}/`.

    Raises Reject for what no attempt can render, Stopped within a second once `should_stop()` says so, and lets
    Unavailable of the blobs fly. It leaves nothing in `work_dir`; finished segments stay stored and are used again.
    """
    settings = settings or RendererSettings.load()
    timeline, encoders = compose(request), wanted_encoders(request.settings, settings)
    with TemporaryDirectory(dir=work_dir, prefix="render-") as folder:
        shelf = Shelf(blobs, request.project_id, Path(folder))
        async with open_lanes(settings.processes or usable_cores()) as lanes:
            desk = Desk(shelf, lanes, progress, should_stop)
            plans = await lanes[0].run(plan_renders, timeline, request.audio.sha256, encoders, stop=should_stop)
            for plan in plans[:-1]:
                try:
                    return await _Render(request, plan, desk).run()
                except EncoderFailed:
                    metrics.ENCODER_FAILURES.labels(encoder=plan.encoder.name).inc()
            return await _Render(request, plans[-1], desk).run()


@dataclass(frozen=True, slots=True)
class Desk:
    """What a render works with."""

    shelf: Shelf
    lanes: Sequence[CpuPool]
    progress: Progress
    should_stop: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a render reads, as local files; and where its sound lies or will lie."""

    studio: Studio
    recording: Path
    sound: Path


class _Render:
    """One attempt with one encoder."""

    def __init__(self, request: RenderRequested, plan: Plan, desk: Desk) -> None:
        self._request, self._plan, self._desk = request, plan, desk
        self._units = dict(zip(plan.names, plan.units, strict=True))
        self._frames_done: dict[str, float] = {}
        self._level = Level(SILENCE_DB, SILENCE_DB)

    async def run(self) -> Video:
        plan = self._plan
        missing = await self._desk.shelf.missing([*plan.names, plan.sound])
        units = [name for name in missing if name in self._units]
        async with AsyncExitStack() as stack:
            with span("fetch pictures and sound"):
                inputs = await self._inputs(stack, sound_exists=plan.sound not in missing)
            with span("render segments", attributes=self._about(len(units))):
                await self._make_missing(units, inputs)
            return await self._finish(stack, rendered=len(units))

    def _about(self, segments: int) -> Attributes:
        return {
            "reelwright.segments": segments,
            "reelwright.encoder": self._plan.encoder.name,
            "reelwright.duration_s": self._plan.timeline.duration_s,
        }

    async def _inputs(self, stack: AsyncExitStack, *, sound_exists: bool) -> Inputs:
        plan, shelf = self._plan, self._desk.shelf
        keys = {clip.media.key for clip in plan.timeline.clips if clip.media.key}
        files = {key: await stack.enter_async_context(shelf.blobs.local(key)) for key in sorted(keys)}
        recording = await stack.enter_async_context(shelf.blobs.local(self._request.audio.key))
        sound = await shelf.local(plan.sound, stack) if sound_exists else shelf.file(plan.sound)
        return Inputs(Studio(plan.timeline.format, files, plan.captions), recording, sound)

    def _lanes_for(self, units: list[str]) -> Sequence[CpuPool]:
        format_ = self._plan.timeline.format
        pixels = self._frames(units) * format_.width * format_.height
        return self._desk.lanes[: max(1, math.ceil(pixels / LANE_PIXELS))]

    def _frames(self, units: list[str]) -> int:
        return sum(self._units[name].frames.count for name in units)

    async def _make_missing(self, units: list[str], inputs: Inputs) -> None:
        total, lanes = max(self._frames(units), 1), self._lanes_for(units)

        def told(name: str, frames: float) -> None:
            self._frames_done[name] = frames
            self._desk.progress(95 * sum(list(self._frames_done.values())) / total, "rendering")

        async def make(name: str, lane: CpuPool) -> None:
            if name == self._plan.sound:
                await self._provide_sound(inputs, lane)
            else:
                await self._render_unit(name, inputs, lane, told)

        self._desk.progress(0, "rendering")
        costs = [SOUND_COST, *(float(self._frames([name])) for name in units)]
        schedule = Schedule([self._plan.sound, *units], costs, len(lanes))
        await run_all(schedule, lanes, make, self._keep)

    async def _render_unit(self, name: str, inputs: Inputs, lane: CpuPool, told: Callable[[str, float], None]) -> None:
        unit, target = self._units[name], self._desk.shelf.file(name)
        await lane.run(
            render_unit,
            inputs.studio,
            unit,
            self._plan.encoder,
            target,
            on_progress=lambda percent, _: told(name, percent / 100 * unit.frames.count),
            stop=self._desk.should_stop,
        )
        told(name, unit.frames.count)

    async def _provide_sound(self, inputs: Inputs, lane: CpuPool) -> None:
        timeline = self._plan.timeline
        wanted = (inputs.recording, timeline.audio, timeline.duration_s, inputs.sound)
        self._level = await lane.run(provide_sound, *wanted, stop=self._desk.should_stop)

    async def _keep(self, name: str) -> None:
        """Store what was made just now."""
        if self._desk.shelf.file(name).exists():
            await self._desk.shelf.keep(name)

    async def _finish(self, stack: AsyncExitStack, rendered: int) -> Video:
        self._desk.progress(95, "joining")
        plan, shelf, lane = self._plan, self._desk.shelf, self._desk.lanes[0]
        files = [await shelf.local(name, stack) for name in plan.names]
        pieces = tuple(Piece(file, unit.frames.count) for file, unit in zip(files, plan.units, strict=True))
        sound = await shelf.local(plan.sound, stack)
        video, poster = shelf.folder / "final_video.mp4", shelf.folder / "poster.jpg"
        with span("join"):
            await lane.run(
                join, pieces, sound, plan.timeline.format.fps, video, plan.timeline.name, stop=self._desk.should_stop
            )
            await lane.run(write_poster, video, poster, stop=self._desk.should_stop)
        self._desk.progress(98, "storing")
        made = Made(video, poster, self._level, plan.encoder.name, rendered, len(set(plan.names)) - rendered)
        with span("upload", attributes={"reelwright.size_bytes": video.stat().st_size}):
            return await store_outputs(self._request, plan.timeline, plan.captions, made, shelf.blobs)
