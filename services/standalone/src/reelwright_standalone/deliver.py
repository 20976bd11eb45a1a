"""A finished project's files put beside the recording, and the report of what was made."""

import os
import shlex
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import BlobRef, ScenePlan
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import (
    GetHistoryRequest,
    GetPlanRequest,
    GetTranscriptRequest,
    HistoryEntry,
    Project,
    SceneOutcome,
)
from reelwright_standalone.books import Runtime
from reelwright_standalone.jobs import Job
from reelwright_standalone.outputs import place
from reelwright_standalone.planfile import write_plan
from reelwright_standalone.recording import Outputs, Recording, outputs_for, readable
from reelwright_standalone.report import MadeReport, SceneReport
from reelwright_standalone.rpc import LOCAL
from reelwright_standalone.transcriptfile import transcript_text


class Delivery:
    def __init__(self, runtime: Runtime, job: Job, project: Project, recording: Recording, outputs: Outputs) -> None:
        self._runtime = runtime
        self._job = job
        self._project = project
        self._recording = recording
        self._outputs = outputs

    async def deliver(self, *, before: Project, since: float, plan_only: bool) -> MadeReport:
        """Copy what there is; `before` is the project as this run found it, `since` the run's start in Unix time."""
        plan = await self._plan()
        await self._put_texts(plan)
        if not plan_only:
            await self._put_video()
        history = await self._history(since)
        return MadeReport(
            recording=str(self._recording.path),
            video="" if plan_only else str(self._outputs.video.resolve()),
            duration_s=round(plan.duration_s if plan_only else self._project.video.duration_s, 3),
            captions=[] if plan_only else [str(p.resolve()) for p in (self._outputs.srt, self._outputs.vtt)],
            poster="" if plan_only else str(self._outputs.poster.resolve()),
            timeline="" if plan_only else str(self._outputs.timeline.resolve()),
            transcript=str(self._outputs.transcript.resolve()),
            plan=str(self._outputs.plan.resolve()),
            stages=stage_seconds(history),
            cost_usd=round(self._project.cost_usd, 4),
            quality=self._project.quality,
            simulated=any(outcome.simulated for outcome in self._project.scenes),
            scenes=await self._scenes(plan),
            notes=list(dict.fromkeys(note.message for note in self._project.warnings)),
            made_again=made_again(before, self._project, history),
        )

    async def _plan(self) -> ScenePlan:
        request = GetPlanRequest(caller=LOCAL, project_id=self._project.project_id)
        return (await self._runtime.projects.GetPlan(request)).plan

    async def _history(self, since: float) -> list[HistoryEntry]:
        request = GetHistoryRequest(caller=LOCAL, project_id=self._project.project_id)
        entries = (await self._runtime.projects.GetHistory(request)).entries
        return [entry for entry in entries if entry.ended_at.ToMicroseconds() / 1e6 >= since]

    async def _put_texts(self, plan: ScenePlan) -> None:
        request = GetTranscriptRequest(caller=LOCAL, project_id=self._project.project_id)
        text = transcript_text((await self._runtime.projects.GetTranscript(request)).transcript)
        store = self._runtime.parts.store
        await place(store, self._outputs.transcript, lambda path: _write(path, text))
        await place(store, self._outputs.plan, lambda path: self._write_plan(path, plan))

    def _write_plan(self, path: Path, plan: ScenePlan) -> None:
        write_plan(
            path,
            plan,
            job=self._job.job,
            caption_style=self._project.settings.caption_style,
            command=remake_command(self._recording.path, self._outputs),
            own={int(index): _beside(Path(own), self._outputs.plan) for index, own in self._job.own_assets.items()},
        )

    async def _put_video(self) -> None:
        video, out = self._project.video, self._outputs
        pairs: tuple[tuple[BlobRef, Path], ...] = (
            (video.srt, out.srt),
            (video.vtt, out.vtt),
            (video.poster, out.poster),
            (video.timeline, out.timeline),
            # Last, so that a video that is there has its companions.
            (video.mp4, out.video),
        )
        for blob, path in pairs:
            async with self._runtime.parts.blobs.local(blob.key) as source:
                await place(self._runtime.parts.store, path, partial(shutil.copyfile, source))

    async def _scenes(self, plan: ScenePlan) -> list[SceneReport]:
        outcomes = {outcome.scene_id: outcome for outcome in self._project.scenes}
        found = []
        for scene in plan.scenes:
            outcome = outcomes.get(scene.scene_id, SceneOutcome(kind=scene.kind))
            report = SceneReport(
                index=scene.index,
                start_s=round(scene.start_s, 3),
                duration_s=round(scene.duration_s, 3),
                kind=_plain_name(media_pb2.AssetKind.Name(outcome.kind or scene.kind), "ASSET_KIND_"),
                rung=_plain_name(media_pb2.Rung.Name(outcome.rung), "RUNG_"),
                prompt=scene.visual_prompt,
                provider_calls_charged=await self._charged(outcome),
            )
            found.append(report)
        return found

    async def _charged(self, outcome: SceneOutcome) -> int:
        """The ledger's rows that charged something for this scene: the simulator's own if it drew, else as booked."""
        if outcome.simulated:
            return await self._runtime.simulator_charges(outcome.asset_id)
        return outcome.calls_charged


def stage_seconds(history: Sequence[HistoryEntry]) -> dict[str, float]:
    """How long each stage took, from its first start to its last end; a stage that did not run is left out."""
    spans: dict[str, tuple[float, float]] = {}
    for entry in history:
        if entry.stage == project_pb2.STAGE_UNSPECIFIED or not entry.attempt:
            continue  # a command, which takes no time
        stage = _plain_name(project_pb2.Stage.Name(entry.stage), "STAGE_")
        start, end = entry.started_at.ToMicroseconds() / 1e6, entry.ended_at.ToMicroseconds() / 1e6
        first, last = spans.get(stage, (start, end))
        spans[stage] = (min(first, start), max(last, end))
    return {stage: round(end - start, 1) for stage, (start, end) in spans.items()}


def made_again(before: Project, after: Project, history: Sequence[HistoryEntry]) -> list[str]:
    """What this run made, in plain words: the transcript, the plan, which scenes' pictures, how much of the video."""
    done = {entry.stage for entry in history if entry.outcome == "done"}
    made = []
    if project_pb2.STAGE_TRANSCRIPTION in done:
        made.append("transcript")
    if project_pb2.STAGE_PLAN in done:
        made.append("plan")
    had = {outcome.asset_id for outcome in before.scenes}
    fresh = [str(o.index + 1) for o in after.scenes if o.asset_id not in {"", *had} and o.provider != "user"]
    if fresh:
        made.append(f"pictures of scene {', '.join(fresh)}")
    if project_pb2.STAGE_RENDER in done:
        made.append(_rendered(after))
    return made


def _rendered(project: Project) -> str:
    reused, rendered = project.video.segments_reused, project.video.segments_rendered
    return f"video ({rendered} of {rendered + reused} segments)" if reused else "video"


def remake_command(recording: Path, outputs: Outputs) -> str:
    """What to type in the plan's folder to make the video of the plan."""
    parts = ["reelwright", "make", _beside(recording, outputs.plan), "--plan", _beside(outputs.plan, outputs.plan)]
    if outputs != outputs_for(recording, None):
        parts += ["-o", _beside(outputs.video, outputs.plan)]
    return readable(shlex.join(parts))


def _beside(file: Path, plan: Path) -> str:
    """A file as the plan names it: by its way from the plan's folder, and never like an option."""
    way = os.path.relpath(file.resolve(), plan.resolve().parent)
    return f"./{way}" if way.startswith("-") else way


def _plain_name(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
