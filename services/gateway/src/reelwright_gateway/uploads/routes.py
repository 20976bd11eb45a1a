"""The recording's way in."""

from fastapi import APIRouter, Request, Response

from reelwright_gateway.deps import DepsDep, TellingDep
from reelwright_gateway.etag import etag
from reelwright_gateway.identity import WriterDep
from reelwright_gateway.problems import documented
from reelwright_gateway.projects import models
from reelwright_gateway.projects.routes import Id
from reelwright_gateway.uploads.receive import received, recording
from reelwright_gateway.uploads.store import hand_over

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
    taken = recording(deps.settings.max_audio_bytes)
    async with received(request, deps.scratch, taken, idle_s=deps.settings.upload_idle_s) as audio:
        if had.audio.key and had.audio.sha256 == audio.sha256:
            project = await deps.director.project(caller, project_id)
        else:
            # Its key is made of its bytes: two uploads at once do not meet, and the loser's goes again.
            key = f"audio-projects/{project_id}/audio-{audio.sha256[:32]}"
            blob = await deps.blobs.put_file(key, audio.path, content_type=audio.content_type)
            project = await hand_over(deps, caller, project_id, blob)
    response.headers["ETag"] = etag(project.version)
    return await telling.project(project)
