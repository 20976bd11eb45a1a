"""Takes the parts of uploads that come through the gateway: what an object store does elsewhere."""

from fastapi import APIRouter, Request, Response

from reelwright_gateway.deps import DepsDep
from reelwright_gateway.problems import Problem
from reelwright_gateway.uploads.multipart.own import OwnParts
from reelwright_gateway.uploads.multipart.parts import UNTYPED
from reelwright_gateway.uploads.multipart.sessions import record_key
from reelwright_gateway.uploads.receive import Taken, received

router = APIRouter(tags=["uploads"])


@router.put("/upload-parts/{token}", include_in_schema=False)
async def put_part(token: str, request: Request, deps: DepsDep) -> Response:
    """By its address alone, which is signed. The same part again takes the place of the first."""
    if not isinstance(deps.parts, OwnParts):
        raise Problem("route_not_found")
    place = deps.parts.read(token)
    if await deps.blobs.stat(record_key(place.project_id, place.upload_id)) is None:
        raise Problem("upload_not_found")
    taken = Taken("This part", lambda _: UNTYPED, "upload_part_wrong_size", place.part.size_bytes)
    async with received(request, deps.scratch, taken, idle_s=deps.settings.upload_idle_s) as part:
        if part.size_bytes != place.part.size_bytes:
            raise Problem("upload_part_wrong_size", f"It has {part.size_bytes} of {place.part.size_bytes} bytes.")
        await deps.blobs.put_file(place.key, part.path, content_type=UNTYPED)
    return Response(headers={"ETag": f'"{part.sha256}"'})
