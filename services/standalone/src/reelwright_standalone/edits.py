"""Takes up what the user changed since the last run: settings, transcript, plan."""

from dataclasses import replace

from reelwright.events.v1.media_pb2 import ScenePlan
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import (
    EditPlanRequest,
    EditTranscriptRequest,
    GetPlanRequest,
    Project,
    ProjectSettings,
    UpdateProjectRequest,
)
from reelwright_chassis.ids import new_id
from reelwright_standalone.books import Runtime
from reelwright_standalone.jobs import Job, JobBook
from reelwright_standalone.ownasset import store_own_asset
from reelwright_standalone.planfile import PlanFile
from reelwright_standalone.providers import Providers
from reelwright_standalone.rpc import LOCAL
from reelwright_standalone.watch import ProjectWatch
from reelwright_standalone.wishes import Wishes

_HAVE_A_PLAN = (project_pb2.STATE_PLANNED, project_pb2.STATE_READY_FOR_COMPILATION, project_pb2.STATE_COMPLETED)
"""And nothing runs that would refuse an edit; an earlier project takes the title from its settings."""


class Edits:
    """Each edit makes a new revision in the director; what hangs on it becomes stale, for the caller to make again."""

    def __init__(self, runtime: Runtime, providers: Providers, wishes: Wishes) -> None:
        self._runtime = runtime
        self._providers = providers
        self._wishes = wishes
        self._book = JobBook(runtime.parts.store)

    async def take_up(self, job: Job, project: Project, watch: ProjectWatch) -> tuple[Job, Project]:
        """The project as the director has it afterwards; unchanged edits do nothing."""
        if project.state in (project_pb2.STATE_FAILED, project_pb2.STATE_CANCELED):
            return job, project
        project = await self._edit_settings(job, project)
        if self._wishes.script is not None and self._wishes.script_hash != job.script:
            job, project = await self._edit_transcript(job, self._wishes.script, watch)
        if self._wishes.plan is not None and project.state != project_pb2.STATE_FAILED:
            job, project = await self._edit_plan(job, project, self._wishes.plan)
        elif self._wishes.options.title and project.state in _HAVE_A_PLAN:
            project = await self._edit_title(project)
        return job, project

    async def _edit_transcript(self, job: Job, script: GivenText, watch: ProjectWatch) -> tuple[Job, Project]:
        request = EditTranscriptRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id(), text=script)
        await self._runtime.projects.EditTranscript(request)
        project = await watch.rest()
        if project.state != project_pb2.STATE_FAILED:
            job = replace(job, script=self._wishes.script_hash)
            await self._book.put(job)
        return job, project

    async def _edit_settings(self, job: Job, project: Project) -> Project:
        wanted = ProjectSettings()
        wanted.CopyFrom(project.settings)
        if self._wishes.caption_style:
            wanted.caption_style = wanted.render.caption_style = self._wishes.caption_style
        if self._wishes.options.title:
            wanted.title = self._wishes.options.title
        wanted.budget_usd = self._wishes.budget_usd(self._providers)
        if wanted == project.settings:
            return project
        return await self._runtime.projects.UpdateProject(
            UpdateProjectRequest(caller=LOCAL, project_id=job.project_id, idempotency_key=new_id(), settings=wanted)
        )

    async def _edit_plan(self, job: Job, project: Project, file: PlanFile) -> tuple[Job, Project]:
        plan = ScenePlan()
        plan.CopyFrom(file.plan)
        for index, path in file.own_assets.items():
            own = await store_own_asset(self._runtime.parts.blobs, job.project_id, path)
            plan.scenes[index].uploaded.CopyFrom(own)
        had = await self._runtime.projects.GetPlan(GetPlanRequest(caller=LOCAL, project_id=job.project_id))
        names = {str(index): str(path.resolve()) for index, path in file.own_assets.items()}
        if names != job.own_assets:
            job = replace(job, own_assets=names)
            await self._book.put(job)
        return job, await self._replace_plan(project, had.plan, plan)

    async def _edit_title(self, project: Project) -> Project:
        request = GetPlanRequest(caller=LOCAL, project_id=project.project_id)
        had = (await self._runtime.projects.GetPlan(request)).plan
        plan = ScenePlan()
        plan.CopyFrom(had)
        return await self._replace_plan(project, had, plan)

    async def _replace_plan(self, project: Project, had: ScenePlan, plan: ScenePlan) -> Project:
        """`plan` under the title of the command line, if that or the plan itself is another than the project's."""
        plan.title = self._wishes.options.title or plan.title
        if _same(had, plan):
            return project
        request = EditPlanRequest(caller=LOCAL, project_id=project.project_id, idempotency_key=new_id(), plan=plan)
        return await self._runtime.projects.EditPlan(request)


def _same(had: ScenePlan, wanted: ScenePlan) -> bool:
    """Whether the file says what the project already has. Times in the file are rounded to a millisecond."""
    return _comparable(had) == _comparable(wanted)


def _comparable(plan: ScenePlan) -> list[object]:
    scenes: list[object] = [plan.title, list(plan.hashtags), list(plan.hooks), plan.theme, plan.audience]
    for scene in plan.scenes:
        spans = [(round(span.start_s, 3), round(span.end_s, 3)) for span in scene.audio]
        prompt = " ".join(scene.visual_prompt.split())
        own = scene.uploaded.asset_id
        scenes.append((scene.scene_id, spans, scene.kind, prompt, scene.transition, scene.look or "auto", own))
    return scenes
