"""The recording's way in by parts: begun, resumed, completed, aborted."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import NotFound
from reelwright_chassis.ids import content_id, new_id
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.idempotency import IdempotencyKey
from reelwright_gateway.identity import Caller, ReaderDep, WriterDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects import models as projects
from reelwright_gateway.projects.routes import Id, answered
from reelwright_gateway.uploads.multipart import models
from reelwright_gateway.uploads.multipart.completing import complete
from reelwright_gateway.uploads.multipart.parts import Begun, audio_key
from reelwright_gateway.uploads.multipart.sessions import Sessions
from reelwright_gateway.uploads.receive import recording

router = APIRouter(prefix="/v1/projects/{project_id}/uploads", tags=["uploads"])

UploadId = Annotated[str, Path(description="The upload's id.", max_length=64, examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PC"])]
_OPEN = (rpc.STATE_CREATED, rpc.STATE_UPLOADED)


@router.post(
    "",
    summary="Begin an upload in parts",
    status_code=201,
    response_model=models.Upload,
    responses=documented(404, 409),
)
async def begin_upload(
    project_id: Id, wanted: models.NewUpload, request: Request, caller: WriterDep, key: IdempotencyKey, deps: DepsDep
) -> models.Upload:
    """PUT each part to its address, in any order and side by side, then complete it.

    After an interruption GET the upload: it says which parts have arrived, and has fresh addresses for the others.
    """
    project = await deps.director.project(caller, project_id)
    if project.state not in _OPEN:
        raise Problem("already_uploaded")
    taken = recording(deps.settings.max_audio_bytes)
    if wanted.size_bytes > taken.max_bytes:
        raise taken.too_large()
    upload = await _sessions(deps, project_id).begin(_upload_id(caller, key), wanted.size_bytes)
    return await _told(deps, request, upload)


def _upload_id(caller: Caller, key: str) -> str:
    """The same key names the same upload."""
    return content_id("upload", {"tenant": caller.tenant_id, "user": caller.user_id, "key": key}) if key else new_id()


@router.get("/{upload_id}", summary="Read an upload", response_model=models.Upload, responses=documented(404))
async def get_upload(
    project_id: Id, upload_id: UploadId, request: Request, caller: ReaderDep, deps: DepsDep
) -> models.Upload:
    """Which parts have arrived, and addresses for all of them that are good for a while."""
    await deps.director.project(caller, project_id)
    return await _told(deps, request, await _sessions(deps, project_id).get(upload_id))


@router.post(
    "/{upload_id}/complete",
    summary="Complete an upload",
    response_model=projects.Project,
    responses=documented(404, 409, 415),
)
async def complete_upload(
    project_id: Id,
    upload_id: UploadId,
    whole: models.CompletedUpload,
    response: Response,
    caller: WriterDep,
    _: IdempotencyKey,
    deps: DepsDep,
    telling: TellingDep,
) -> projects.Project:
    """All parts are sent: they become the recording. The run starts, unless `autostart` is off.

    Again changes nothing, so a call whose answer was lost can be repeated.
    """
    project = await deps.director.project(caller, project_id)
    if project.audio.key == audio_key(project_id, upload_id):
        return await answered(project, response, telling)
    sessions = _sessions(deps, project_id)
    upload = await sessions.get(upload_id)
    return await answered(await complete(deps, caller, sessions, upload, whole.sha256), response, telling)


@router.delete(
    "/{upload_id}", summary="Abort an upload", status_code=204, response_class=Response, responses=documented(404)
)
async def abort_upload(project_id: Id, upload_id: UploadId, caller: WriterDep, deps: DepsDep) -> Response:
    """Its parts are removed. The project stays, and waits for its recording."""
    await deps.director.project(caller, project_id)
    sessions = _sessions(deps, project_id)
    await sessions.end(await sessions.get(upload_id))
    return Response(status_code=204)


def _sessions(deps: Deps, project_id: str) -> Sessions:
    return Sessions(deps.blobs, deps.parts, deps.clock, project_id)


async def _told(deps: Deps, request: Request, upload: Begun) -> models.Upload:
    try:
        arrived = await deps.parts.arrived(upload)
    except NotFound:
        raise Problem("upload_not_found") from None
    base_url = deps.base_url(request)
    links = [(part, await deps.parts.link(upload, part, base_url)) for part in upload.parts]
    parts = [
        models.UploadPart(
            number=part.number,
            size_bytes=part.size_bytes,
            arrived=arrived.get(part.number) == part.size_bytes,
            url=link.url,
        )
        for part, link in links
    ]
    return models.Upload(
        id=upload.id,
        size_bytes=upload.size_bytes,
        part_size_bytes=upload.part_size_bytes,
        parts=parts,
        expires_at=min(link.expires_at for _, link in links),
    )
