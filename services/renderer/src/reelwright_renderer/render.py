"""One render from the request to the stored video: what exists is used, what is missing is made, then all is joined."""

import math
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reelwright.events.v1.media_pb2 import Video
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_renderer.audio.make import sound_name
from reelwright_renderer.audio.meter import SILENCE_DB, Level
from reelwright_renderer.captioning import plan_of
from reelwright_renderer.captions.port import CaptionPlan
from reelwright_renderer.compose import compose
from reelwright_renderer.encode import Encoder, EncoderFailed
from reelwright_renderer.encoders import candidates
from reelwright_renderer.join import Piece
from reelwright_renderer.lanes import Lane, open_lanes, run_all, usable_cores
from reelwright_renderer.outputs import Made, store_outputs
from reelwright_renderer.painting import Studio
from reelwright_renderer.schedule import Schedule
from reelwright_renderer.segments import Shelf
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.stopping import until_stopped
from reelwright_renderer.tasks import Join, MakeSound, RenderUnit, Task
from reelwright_renderer.timeline import Timeline
from reelwright_renderer.units import Unit, cut_units, segment_name

Progress = Callable[[float, str], None]
"""Told how far a render is (0..100) and what it is doing."""

SOUND_COST = 100.0
"""Making the sound costs about as much as this many frames of 1080x1920."""
LANE_PIXELS = 60 * 1080 * 1920
"""A further process costs its start-up (half a second of CPU): it must have at least this much to paint."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to make the video: its units by segment name, with one encoder throughout."""

    timeline: Timeline
    captions: CaptionPlan
    encoder: Encoder
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    sound: str


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
    settings = settings or RendererSettings()
    timeline = compose(request)
    captions = plan_of(timeline)
    encoders = candidates(request.settings, settings, timeline.format)
    for encoder in encoders:
        plan = plan_render(request, timeline, captions, encoder)
        try:
            with TemporaryDirectory(dir=work_dir, prefix="render-") as folder:
                shelf = Shelf(blobs, request.project_id, Path(folder))
                return await until_stopped(_Render(request, plan, shelf, progress, settings).run(), should_stop)
        except EncoderFailed:
            if encoder is encoders[-1]:
                raise
    raise AssertionError("there is always an encoder to try")


def plan_render(request: RenderRequested, timeline: Timeline, captions: CaptionPlan, encoder: Encoder) -> Plan:
    """Pure: what has to exist for this video, by name."""
    units, identity = cut_units(timeline), encoder.identity()
    names = tuple(segment_name(unit, timeline.format, captions, identity) for unit in units)
    sound = sound_name(request.audio.sha256, timeline.audio, timeline.duration_s)
    return Plan(timeline, captions, encoder, units, names, sound)


class _Render:
    """One attempt with one encoder."""

    def __init__(
        self, request: RenderRequested, plan: Plan, shelf: Shelf, progress: Progress, settings: RendererSettings
    ) -> None:
        self._request, self._plan, self._shelf = request, plan, shelf
        self._progress, self._settings = progress, settings
        self._level = Level(SILENCE_DB, SILENCE_DB)
        self._missing: list[str] = []
        self._frames_to_do = self._frames_done = 0

    async def run(self) -> Video:
        plan = self._plan
        self._missing = await self._shelf.missing([*plan.names, plan.sound])
        async with AsyncExitStack() as stack:
            blobs = self._shelf.blobs
            keys = {clip.media.key for clip in plan.timeline.clips if clip.media.key}
            files = {key: await stack.enter_async_context(blobs.local(key)) for key in sorted(keys)}
            recording = await stack.enter_async_context(blobs.local(self._request.audio.key))
            units = self._units_to_render()
            studio = Studio(plan.timeline.format, files, plan.captions)
            lanes = await stack.enter_async_context(open_lanes(studio, self._lane_count(units)))
            await self._make_pieces(units, await self._sound_task(recording, stack), lanes)
            return await self._finish(lanes[0], stack)

    def _units_to_render(self) -> list[RenderUnit]:
        plan, named = self._plan, dict(zip(self._plan.names, self._plan.units, strict=True))
        wanted = [name for name in self._missing if name in named]
        return [RenderUnit(named[name], plan.encoder, plan.timeline.format, self._shelf.file(name)) for name in wanted]

    def _lane_count(self, units: Sequence[RenderUnit]) -> int:
        format_ = self._plan.timeline.format
        pixels = sum(task.unit.frames.count for task in units) * format_.width * format_.height
        most = self._settings.processes or usable_cores()
        return max(1, min(most, math.ceil(pixels / LANE_PIXELS)))

    async def _sound_task(self, recording: Path, stack: AsyncExitStack) -> MakeSound:
        made = self._plan.sound not in self._missing
        target = await self._shelf.local(self._plan.sound, stack) if made else self._shelf.file(self._plan.sound)
        return MakeSound(recording, self._plan.timeline.audio, self._plan.timeline.duration_s, target, made)

    async def _make_pieces(self, units: Sequence[RenderUnit], sound: MakeSound, lanes: list[Lane]) -> None:
        self._frames_to_do = sum(task.unit.frames.count for task in units)
        self._told(0)
        costs = [SOUND_COST, *(float(task.unit.frames.count) for task in units)]
        await run_all(Schedule[Task[object]]([sound, *units], costs, len(lanes)), lanes, self._told, self._finished)

    def _told(self, frames: int) -> None:
        self._frames_done += frames
        share = self._frames_done / self._frames_to_do if self._frames_to_do else 1.0
        self._progress(95 * share, "rendering")

    async def _finished(self, task: Task[object], result: object) -> None:
        if isinstance(task, MakeSound) and isinstance(result, Level):
            self._level = result
            if not task.made:
                await self._shelf.keep(self._plan.sound)
        elif isinstance(task, RenderUnit):
            await self._shelf.keep(task.target.stem)

    async def _finish(self, lane: Lane, stack: AsyncExitStack) -> Video:
        self._progress(95, "joining")
        plan = self._plan
        files = [await self._shelf.local(name, stack) for name in plan.names]
        pieces = tuple(Piece(file, unit.frames.count) for file, unit in zip(files, plan.units, strict=True))
        sound = await self._shelf.local(plan.sound, stack)
        video = self._shelf.folder / "final_video.mp4"
        poster = self._shelf.folder / "poster.jpg"
        await lane.run(Join(pieces, sound, plan.timeline.format.fps, video, poster, plan.timeline.name), lambda _: None)
        self._progress(98, "storing")
        rendered = sum(name in self._missing for name in plan.names)
        made = Made(video, poster, self._level, plan.encoder.name, rendered, len(plan.names) - rendered)
        return await store_outputs(self._request, plan.timeline, plan.captions, made, self._shelf.blobs)
