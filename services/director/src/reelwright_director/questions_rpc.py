"""The questions of `ProjectService`: they change nothing."""

# ruff: noqa: N802 (gRPC names its methods so)

from typing import TYPE_CHECKING, Any

from reelwright.events.v1.media_pb2 import ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright.rpc.v1 import planner_pb2
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.rpc import call
from reelwright_director.brakes import Brakes
from reelwright_director.decision import DocumentKey, DocumentKind, Refused
from reelwright_director.expect import typed
from reelwright_director.listing import Listing, Wanted, Whose
from reelwright_director.previewing import render_of_now
from reelwright_director.project_view import Views, history_view
from reelwright_director.state import Project
from reelwright_director.store import ProjectStore
from reelwright_director.terms import State

if TYPE_CHECKING:
    from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceAsyncStub

_REWRITE_S = 60.0


class Questions:
    """Each method answers from the store as it is now."""

    _projects: ProjectStore
    _listing: Listing
    _views: Views
    _planner: "PlannerServiceAsyncStub | None"

    def _brakes(self) -> Brakes:
        raise NotImplementedError

    async def GetProject(self, request: rpc.GetProjectRequest, _: Any) -> rpc.Project:
        return self._views.of(await self._of(request.caller, request.project_id), self._brakes())

    async def ListProjects(self, request: rpc.ListProjectsRequest, _: Any) -> rpc.ListProjectsResponse:
        wanted = Wanted.of(request)
        page = await self._listing.page(_whose(request), wanted, request.cursor, request.limit)
        views = [self._views.of(project, self._brakes()) for project in page.projects]
        return rpc.ListProjectsResponse(projects=views, next_cursor=page.next_cursor)

    async def GetTranscript(self, request: rpc.GetTranscriptRequest, _: Any) -> rpc.GetTranscriptResponse:
        """Empty, with revision 0, while there is none."""
        project = await self._of(request.caller, request.project_id)
        if project.transcript is None:
            return rpc.GetTranscriptResponse(version=project.version)
        transcript = await self._document(project, DocumentKind.TRANSCRIPT, project.transcript.number)
        return rpc.GetTranscriptResponse(
            transcript=typed(Transcript, transcript), revision=project.transcript.number, version=project.version
        )

    async def GetPlan(self, request: rpc.GetPlanRequest, _: Any) -> rpc.GetPlanResponse:
        """Empty, with revision 0, while there is none."""
        project = await self._of(request.caller, request.project_id)
        if project.plan is None:
            return rpc.GetPlanResponse(version=project.version)
        plan = await self._plan(project)
        return rpc.GetPlanResponse(plan=plan, revision=project.plan.number, version=project.version)

    async def GetRender(self, request: rpc.GetProjectRequest, _: Any) -> RenderRequested:
        """Raises `Refused`: plan_missing."""
        project = await self._of(request.caller, request.project_id)
        if project.plan is None or project.transcript is None:
            raise Refused("plan_missing")
        transcript = await self._document(project, DocumentKind.TRANSCRIPT, project.transcript.number)
        return render_of_now(project, typed(Transcript, transcript), await self._plan(project))

    async def ListAssets(self, request: rpc.ListAssetsRequest, _: Any) -> rpc.ListAssetsResponse:
        project = await self._of(request.caller, request.project_id)
        assets = [take.asset for take in project.takes]
        assets += [s.uploaded for s in (project.plan.scenes if project.plan else ()) if s.uploaded is not None]
        wanted = [asset for asset in assets if request.scene_id in ("", asset.scene_id)]
        return rpc.ListAssetsResponse(assets=wanted)

    async def GetHistory(self, request: rpc.GetHistoryRequest, _: Any) -> rpc.GetHistoryResponse:
        project = await self._of(request.caller, request.project_id)
        return rpc.GetHistoryResponse(entries=[history_view(entry) for entry in project.history])

    async def GetUsage(self, request: rpc.GetUsageRequest, _: Any) -> rpc.GetUsageResponse:
        since_s = request.since.ToNanoseconds() / 1e9
        caller = request.caller
        whose = Whose(caller.tenant_id, "" if caller.whole_tenant else caller.user_id)
        usage = await self._listing.usage(whose, since_s)
        return rpc.GetUsageResponse(cost_usd=usage.cost_usd, projects=usage.projects, videos=usage.videos)

    async def RewriteScene(self, request: rpc.RewriteSceneRequest, _: Any) -> rpc.RewriteSceneResponse:
        project = await self._of(request.caller, request.project_id)
        plan = await self._plan(project) if project.plan is not None else ScenePlan()
        scene = next((scene for scene in plan.scenes if scene.scene_id == request.scene_id), None)
        if scene is None:
            raise Refused("scene_not_found")
        if self._planner is None:
            raise Refused("rewrite_unavailable")
        asked = planner_pb2.RewritePromptRequest(
            tenant_id=project.tenant_id,
            user_id=project.user_id,
            project_id=project.project_id,
            scene=scene,
            direction=project.settings.direction,
            wish=request.wish,
        )
        answer = await call(self._planner.RewritePrompt, asked, timeout_s=_REWRITE_S)
        return rpc.RewriteSceneResponse(visual_prompt=answer.visual_prompt)

    async def _of(self, caller: rpc.Caller, project_id: str) -> Project:
        """The caller's project. Raises `Refused`: project_not_found."""
        project = await self._projects.load(project_id)
        if project is None or not _reaches(caller, project) or project.state is State.DELETED:
            raise Refused("project_not_found")
        return project

    async def _plan(self, project: Project) -> ScenePlan:
        number = project.plan.number if project.plan else 0
        return typed(ScenePlan, await self._document(project, DocumentKind.PLAN, number))

    async def _document(self, project: Project, kind: DocumentKind, number: int) -> Any:
        """Of the project as it was read: a newer revision may have taken its place just now."""
        document = await self._projects.document(project.project_id, DocumentKey(kind, number))
        if document is None:
            raise Refused("version_conflict")
        return document


def _reaches(caller: rpc.Caller, project: Project) -> bool:
    is_own = caller.whole_tenant or project.user_id == caller.user_id
    return is_own and project.tenant_id == caller.tenant_id


def _whose(request: rpc.ListProjectsRequest) -> Whose:
    caller = request.caller
    return Whose(caller.tenant_id, request.user_id if caller.whole_tenant else caller.user_id)
