"""A recording that lies in the blobs is handed over to the project, or goes again."""

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import Reject
from reelwright_gateway.deps import Deps
from reelwright_gateway.identity import Caller
from reelwright_gateway.problems import Problem


async def hand_over(deps: Deps, caller: Caller, project_id: str, blob: BlobRef) -> rpc.Project:
    """The project with its recording. One that it does not take, or has under another key, is not kept."""
    request = rpc.CompleteUploadRequest(caller=caller.rpc, project_id=project_id, audio=blob)
    try:
        project = await deps.director.call(deps.director.projects.CompleteUpload, request)
    except Reject:
        await _discard(deps, blob, await _kept(deps, caller, project_id))
        raise
    await _discard(deps, blob, project.audio.key)
    return project


async def _kept(deps: Deps, caller: Caller, project_id: str) -> str:
    try:
        return (await deps.director.project(caller, project_id)).audio.key
    except (Reject, Problem):
        return ""


async def _discard(deps: Deps, blob: BlobRef, kept: str) -> None:
    if kept != blob.key:
        await deps.blobs.delete(blob.key)
