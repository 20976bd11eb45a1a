"""The way in of a user's own picture or clip."""

from fastapi import APIRouter, Request, Response

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.etag import IfMatch
from reelwright_gateway.identity import Caller, WriterDep
from reelwright_gateway.ownmedia.asset import own_asset, own_key
from reelwright_gateway.ownmedia.probe import probe_apart
from reelwright_gateway.ownmedia.sniff import picture_type
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.scenes.routes import SceneId, read_plan
from reelwright_gateway.transcript.routes import DryRun
from reelwright_gateway.uploads.receive import Received, Taken, received

router = APIRouter(prefix="/v1/projects/{project_id}/scenes", tags=["scenes"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file's bytes: a JPEG or PNG picture, or an MP4, MOV or WEBM clip, told by the bytes.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put(
    "/{scene_id}/picture",
    summary="Show your own picture",
    response_model=models.Project,
    responses=documented(404, 408, 409, 412, 415),
    openapi_extra=_BODY,
)
async def put_picture(
    project_id: Id,
    scene_id: SceneId,
    request: Request,
    response: Response,
    caller: WriterDep,
    if_version: IfMatch,
    deps: DepsDep,
    telling: TellingDep,
    *,
    dry_run: DryRun = False,
) -> models.Project:
    """Or a clip, in the place of a generated one: for nothing. `stale` then says what no longer fits.

    PATCH the scene with `own_picture: false` to take it out again.
    """
    found = await read_plan(deps, caller, project_id)
    scene = next((scene for scene in found.plan.scenes if scene.scene_id == scene_id), None)
    if scene is None:
        raise Problem("scene_not_found")
    taken = Taken("A picture or clip", picture_type, "picture_type_unsupported", deps.settings.max_picture_bytes)
    async with received(request, deps.scratch, taken, idle_s=deps.settings.upload_idle_s) as own:
        probed = await probe_apart(own.path, own.content_type)
        scene.uploaded.CopyFrom(own_asset(project_id, probed, _ref(project_id, own), scene_id=scene_id))
        # First as it would be: what is refused is not stored.
        project = await _edit(deps, caller, project_id, found.plan, if_version or found.version, dry_run=True)
        if not dry_run:
            await deps.blobs.put_file(scene.uploaded.blob.key, own.path, content_type=own.content_type)
            project = await _edit(deps, caller, project_id, found.plan, if_version or found.version, dry_run=False)
    return await answered(project, response, telling)


def _ref(project_id: str, own: Received) -> media.BlobRef:
    key = own_key(project_id, own.sha256)
    return media.BlobRef(key=key, sha256=own.sha256, size_bytes=own.size_bytes, content_type=own.content_type)


async def _edit(
    deps: Deps, caller: Caller, project_id: str, plan: media.ScenePlan, if_version: int, *, dry_run: bool
) -> rpc.Project:
    request = rpc.EditPlanRequest(
        caller=caller.rpc, project_id=project_id, if_version=if_version, plan=plan, dry_run=dry_run
    )
    return await deps.director.call(deps.director.projects.EditPlan, request)
