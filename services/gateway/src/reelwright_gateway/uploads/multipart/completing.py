"""Parts that are all here become the recording, if they are the file that was announced."""

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import NotFound, Reject
from reelwright_gateway.deps import Deps
from reelwright_gateway.identity import Caller
from reelwright_gateway.problems import Problem
from reelwright_gateway.uploads.multipart.parts import Begun
from reelwright_gateway.uploads.multipart.sessions import Sessions
from reelwright_gateway.uploads.sniff import SNIFFED_BYTES, audio_type
from reelwright_gateway.uploads.store import hand_over

_NAMED = 5
"""So many missing parts are named; the upload itself has all of them."""


async def complete(deps: Deps, caller: Caller, sessions: Sessions, upload: Begun, sha256: str | None) -> rpc.Project:
    """The project with its recording; the upload has ended. Interrupted anywhere, it can be completed again.

    Raises `Problem`: upload_not_found, upload_incomplete, upload_differs, audio_type_unsupported.
    """
    await _check_arrived(deps, upload)
    blob = await _checked(deps, await deps.parts.assemble(upload), sessions, upload, sha256)
    try:
        project = await hand_over(deps, caller, upload.project_id, blob)
    except Reject:
        await sessions.end(upload)
        raise
    await sessions.end(upload)
    return project


async def _check_arrived(deps: Deps, upload: Begun) -> None:
    """Raises `Problem`: upload_not_found, upload_incomplete."""
    try:
        arrived = await deps.parts.arrived(upload)
    except NotFound:
        raise Problem("upload_not_found") from None
    missing = [part.number for part in upload.parts if arrived.get(part.number) != part.size_bytes]
    if missing:
        named = ", ".join(map(str, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
        raise Problem("upload_incomplete", f"Missing, or not as long as they must be: parts {named}.")


async def _checked(deps: Deps, blob: BlobRef, sessions: Sessions, upload: Begun, sha256: str | None) -> BlobRef:
    """The recording with its media type. One that is not taken goes again, with its upload.

    Raises `Problem`: upload_differs, audio_type_unsupported.
    """
    content_type = audio_type(await deps.blobs.read(blob.key, length=SNIFFED_BYTES))
    differs = blob.size_bytes != upload.size_bytes or sha256 not in (None, blob.sha256)
    if differs or content_type is None:
        await deps.blobs.delete(blob.key)
        await sessions.end(upload)
        raise Problem("upload_differs" if differs else "audio_type_unsupported")
    return BlobRef(key=blob.key, sha256=blob.sha256, size_bytes=blob.size_bytes, content_type=content_type)
