"""The recording's way in."""

from fastapi import APIRouter, Request, Response

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import Reject
from reelwright_gateway.deps import Deps, DepsDep, TellingDep
from reelwright_gateway.etag import etag
from reelwright_gateway.identity import Caller, WriterDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id
from reelwright_gateway.uploads.receive import Received, received

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["uploads"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file's bytes: MP3, WAV, M4A, AAC, OGG, FLAC or WEBM, told by the bytes themselves.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put(
    "/audio",
    summary="Upload the recording",
    response_model=models.Project,
    responses=documented(404, 408, 409, 415),
    openapi_extra=_BODY,
)
async def put_audio(
    project_id: Id, request: Request, response: Response, caller: WriterDep, deps: DepsDep, telling: TellingDep
) -> models.Project:
    """Send the file as it is. The run starts when all of it is here, unless `autostart` is off.

    The same file again changes nothing, so an upload whose answer was lost can be repeated.
    """
    had = await deps.director.project(caller, project_id)
    limits = deps.settings
    async with received(
        request, deps.scratch, max_bytes=limits.max_audio_bytes, idle_s=limits.upload_idle_s
    ) as recording:
        if had.audio.key and had.audio.sha256 == recording.sha256:
            project = await deps.director.project(caller, project_id)
        else:
            project = await _store(deps, caller, project_id, recording)
    response.headers["ETag"] = etag(project.version)
    return await telling.project(project)


async def _store(deps: Deps, caller: Caller, project_id: str, recording: Received) -> rpc.Project:
    """Its key is made of its bytes: two uploads at once do not meet, and the loser's goes again."""
    key = f"audio-projects/{project_id}/audio-{recording.sha256[:32]}"
    blob = await deps.blobs.put_file(key, recording.path, content_type=recording.content_type)
    request = rpc.CompleteUploadRequest(caller=caller.rpc, project_id=project_id, audio=blob)
    try:
        return await deps.director.call(deps.director.projects.CompleteUpload, request)
    except Reject:
        await _discard(deps, caller, project_id, blob)
        raise


async def _discard(deps: Deps, caller: Caller, project_id: str, blob: BlobRef) -> None:
    try:
        kept = (await deps.director.project(caller, project_id)).audio.key
    except (Reject, Problem):
        kept = ""
    if kept != blob.key:
        await deps.blobs.delete(blob.key)
