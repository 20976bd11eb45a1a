"""`reelwright make` for one recording: finds or starts its job, takes up edits, waits, and puts the results down."""

import time
from pathlib import Path

from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import (
    CommandRequest,
    CompleteUploadRequest,
    CreateProjectRequest,
    DeleteProjectRequest,
    Project,
    ProjectSettings,
    StartStageRequest,
)
from reelwright_chassis.ids import new_id
from reelwright_chassis.reasons import reason
from reelwright_chassis.tracing import span
from reelwright_standalone.books import Runtime
from reelwright_standalone.deliver import Delivery
from reelwright_standalone.edits import Edits
from reelwright_standalone.errors import Told, tell_reason
from reelwright_standalone.jobs import Job, JobBook, choices_of, job_name
from reelwright_standalone.outputs import refuse_foreign
from reelwright_standalone.progress import StageProgress
from reelwright_standalone.providers import Providers
from reelwright_standalone.recording import Outputs, Recording, readable
from reelwright_standalone.report import MadeReport
from reelwright_standalone.rpc import LOCAL
from reelwright_standalone.watch import ProjectWatch
from reelwright_standalone.wishes import Wishes

_HAS_PLAN = {
    project_pb2.STATE_PLANNED,
    project_pb2.STATE_GENERATING,
    project_pb2.STATE_READY_FOR_COMPILATION,
    project_pb2.STATE_COMPILING,
    project_pb2.STATE_COMPLETED,
}


class Making:
    """One recording's run. Raises `InputError` or `FaultError` when it makes no video."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        providers: Providers,
        recording: Recording,
        outputs: Outputs,
        wishes: Wishes,
        progress: StageProgress,
    ) -> None:
        self._runtime = runtime
        self._providers = providers
        self._recording = recording
        self._outputs = outputs
        self._wishes = wishes
        self._progress = progress
        self._book = JobBook(runtime.parts.store)
        self._edits = Edits(runtime, providers, wishes)

    async def run(self) -> MadeReport:
        with span("make"):
            return await self._run()

    async def _run(self) -> MadeReport:
        options = self._wishes.options
        if not options.force:
            edited = [path for path in (options.script, options.plan) if path is not None]
            await refuse_foreign(self._runtime.parts.store, self._outputs.all(), edited=edited)
        started_at = time.time()
        job = await self._job()
        before = await self._get(job)
        async with ProjectWatch(
            self._runtime.parts.bus, self._runtime.projects, job.project_id, self._progress
        ) as watch:
            job, project = await self._drive(job, before, watch)
        delivery = Delivery(self._runtime, job, project, self._recording, self._outputs)
        return await delivery.deliver(before=before, since=started_at, plan_only=options.plan_only)

    # The job and its project

    async def _job(self) -> Job:
        choices = choices_of(
            self._wishes.options,
            self._providers,
            profile=self._runtime.settings.profile,
            whisper_model=self._runtime.settings.whisper_model,
        )
        named = self._wishes.plan.job if self._wishes.plan is not None else ""
        editing = self._wishes.plan is not None or self._wishes.script is not None
        job = await self._book.find(self._recording, choices, named=named, editing=editing)
        if job is None:
            job = await self._create(job_name(self._recording, choices), choices)
        await self._book.put(job)
        return job

    async def _create(self, name: str, choices: dict[str, str]) -> Job:
        request = CreateProjectRequest(
            caller=LOCAL,
            idempotency_key=new_id(),
            client_reference=name,
            settings=self._settings(),
            labels={"recording": readable(self._recording.path.stem)[:100]},
        )
        project = await self._runtime.projects.CreateProject(request)
        return Job(name, project.project_id, self._recording.sha256, choices, self._wishes.script_hash)

    def _settings(self) -> ProjectSettings:
        options = self._wishes.options
        settings = ProjectSettings(
            title=options.title,
            target_duration_s=options.duration_s or 0.0,
            review=self._review(),
            caption_style=self._wishes.caption_style,
            look=options.look,
            direction=options.direction,
            language=options.language,
            budget_usd=self._wishes.budget_usd(self._providers),
            script=self._wishes.script,
        )
        settings.render.CopyFrom(self._runtime.settings.scale.render_settings(self._wishes.caption_style))
        return settings

    def _review(self) -> project_pb2.Review.ValueType:
        """A given plan is put in where the planner would begin; `--plan-only` stops where the pictures would."""
        if self._wishes.plan is not None:
            return project_pb2.REVIEW_BOTH if self._wishes.options.plan_only else project_pb2.REVIEW_TRANSCRIPT
        return project_pb2.REVIEW_SCENES if self._wishes.options.plan_only else project_pb2.REVIEW_NONE

    async def _get(self, job: Job) -> Project:
        return await self._runtime.project(job.project_id)

    # From whatever state it is in to its end

    async def _drive(self, job: Job, project: Project, watch: ProjectWatch) -> tuple[Job, Project]:
        project = await self._begin(job, project)
        project = await watch.rest()
        job, project = await self._edits.take_up(job, project, watch)
        while not await self._finished(job, project):
            await self._step(job, project)
            project = await watch.rest()
        return job, project

    async def _finished(self, job: Job, project: Project) -> bool:
        if project.state == project_pb2.STATE_FAILED:
            await self._discard_if_worthless(job, project)
            raise _failure(project, self._runtime.settings.log_file)
        if self._wishes.options.plan_only and project.state in _HAS_PLAN:
            return True
        return project.state == project_pb2.STATE_COMPLETED and not _stale(project)

    async def _begin(self, job: Job, project: Project) -> Project:
        """Give a new project its recording; wake one that failed or was stopped in an earlier run."""
        if project.state == project_pb2.STATE_CREATED:
            return await self._upload(job)
        if project.state == project_pb2.STATE_FAILED:
            return await self._runtime.projects.Retry(self._command(job))
        return project

    async def _upload(self, job: Job) -> Project:
        audio = await self._runtime.parts.blobs.put_file(
            f"audio-projects/{job.project_id}/audio", self._recording.path, content_type="application/octet-stream"
        )
        request = CompleteUploadRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id(), audio=audio)
        return await self._runtime.projects.CompleteUpload(request)

    async def _step(self, job: Job, project: Project) -> Project:
        """At rest but not finished: say yes at a gate, or have made again what is stale."""
        projects = self._runtime.projects
        if project.state == project_pb2.STATE_TRANSCRIBED and not project.plan_revision:
            return await projects.ApproveTranscript(self._command(job))
        if project.state == project_pb2.STATE_PLANNED and project_pb2.STAGE_ASSET not in project.stale:
            return await projects.ApprovePlan(self._command(job))
        stage = project_pb2.STAGE_RENDER if _stale(project) == [project_pb2.STAGE_RENDER] else project_pb2.STAGE_ASSET
        request = StartStageRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id(), stage=stage)
        return await projects.StartStage(request)

    async def _discard_if_worthless(self, job: Job, project: Project) -> None:
        """A recording that turned out to be none leaves nothing behind; anything else may still be retried."""
        if not reason(project.failure.reason_code).of_input or project.transcript_revision:
            return
        request = DeleteProjectRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id())
        await self._runtime.projects.DeleteProject(request)
        await self._book.forget(job.job)

    def _command(self, job: Job) -> CommandRequest:
        return CommandRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id())


def _stale(project: Project) -> list[project_pb2.Stage.ValueType]:
    """What must be made again for the video to follow from the edits; a plan that exists is the user's and is kept."""
    return [stage for stage in project.stale if stage in (project_pb2.STAGE_ASSET, project_pb2.STAGE_RENDER)]


def _failure(project: Project, log: Path) -> Told:
    failure = project.failure
    stage = project_pb2.Stage.Name(failure.stage).removeprefix("STAGE_").lower()
    where = f", stage {stage}, project {project.project_id}"
    return tell_reason(failure.reason_code, failure.message, failure.remedy, log, where)
