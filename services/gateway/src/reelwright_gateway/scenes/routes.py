"""The scenes: read, edited, rewritten, approved."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.etag import IfMatch, etag
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import Caller, ReaderDep, WriterDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.scenes.convert import change_scene, edited, told
from reelwright_gateway.scenes.models import RewriteWish, Rewritten, ScenePatch, Scenes, ScenesEdit
from reelwright_gateway.transcript.routes import DryRun, read_transcript

router = APIRouter(prefix="/v1/projects/{project_id}/scenes", tags=["scenes"])

SceneId = Annotated[str, Path(description="The scene's id.", max_length=64, examples=["scene-3"])]
_REWRITE_S = 70.0


async def read_plan(deps: Deps, caller: Caller, project_id: str) -> rpc.GetPlanResponse:
    request = rpc.GetPlanRequest(caller=caller.rpc, project_id=project_id)
    return await deps.director.call(deps.director.projects.GetPlan, request)


@router.get("", summary="Read the scenes", response_model=Scenes, responses=documented(404))
async def get_scenes(project_id: Id, response: Response, caller: ReaderDep, deps: DepsDep) -> Scenes:
    """With their prompts and passages. The `ETag` is the project's."""
    project = await deps.director.project(caller, project_id)
    found = await read_plan(deps, caller, project_id)
    if not found.revision:
        raise Problem("plan_missing", status=404)
    response.headers["ETag"] = etag(found.version)
    return told(found.plan, found.revision, project)


@router.put("", summary="Edit all scenes", response_model=models.Project, responses=documented(404, 409, 412))
async def edit_scenes(
    project_id: Id,
    edit: ScenesEdit,
    response: Response,
    caller: WriterDep,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """Their order, passages, prompts, kinds, transitions and looks. Pictures that still fit are kept."""
    words = (await read_transcript(deps, caller, project_id)).transcript.words
    found = await read_plan(deps, caller, project_id)
    plan = edited(found.plan, edit, words)
    return await _store(deps, caller, project_id, plan, if_version or found.version, dry_run, response, telling)


@router.patch(
    "/{scene_id}", summary="Edit one scene", response_model=models.Project, responses=documented(404, 409, 412)
)
async def edit_scene(
    project_id: Id,
    scene_id: SceneId,
    patch: ScenePatch,
    response: Response,
    caller: WriterDep,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """What is left out stays. Only what hangs on the edit is made again, and only when you ask for it."""
    found = await read_plan(deps, caller, project_id)
    scene = next((scene for scene in found.plan.scenes if scene.scene_id == scene_id), None)
    if scene is None:
        raise Problem("scene_not_found")
    words = (await read_transcript(deps, caller, project_id)).transcript.words if patch.passages is not None else []
    change_scene(scene, patch, words)
    return await _store(deps, caller, project_id, found.plan, if_version or found.version, dry_run, response, telling)


async def _store(
    deps: Deps,
    caller: Caller,
    project_id: str,
    plan: media.ScenePlan,
    if_version: int,
    dry_run: bool,
    response: Response,
    telling: TellingDep,
) -> models.Project:
    """On the version that was read: an edit must not undo another's that came in between."""
    request = rpc.EditPlanRequest(
        caller=caller.rpc, project_id=project_id, if_version=if_version, plan=plan, dry_run=dry_run
    )
    return await answered(await deps.director.call(deps.director.projects.EditPlan, request), response, telling)


@router.post(
    "/{scene_id}/rewrite", summary="Have a prompt written anew", response_model=Rewritten, responses=documented(404)
)
async def rewrite_scene(
    project_id: Id, scene_id: SceneId, wish: RewriteWish, caller: WriterDep, _: IdempotencyKey, deps: DepsDep
) -> Rewritten:
    """Takes some seconds, and stores nothing."""
    request = rpc.RewriteSceneRequest(caller=caller.rpc, project_id=project_id, scene_id=scene_id, wish=wish.wish)
    made = await deps.director.call(deps.director.projects.RewriteScene, request, timeout_s=_REWRITE_S)
    return Rewritten(prompt=made.visual_prompt)


@router.post(
    "/approve", summary="Approve the scenes", response_model=models.Project, responses=documented(404, 409, 412)
)
async def approve_scenes(
    project_id: Id,
    response: Response,
    caller: WriterDep,
    key: IdempotencyKey,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """Goes on with the pictures, where `review` stops the run at the scenes. With `dry_run` it says what they cost."""
    request = rpc.CommandRequest(
        caller=caller.rpc, project_id=project_id, idempotency_key=key, if_version=if_version, dry_run=dry_run
    )
    return await answered(await deps.director.call(deps.director.projects.ApprovePlan, request), response, telling)
