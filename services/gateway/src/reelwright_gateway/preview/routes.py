"""One composed frame, for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.renderer_pb2 import PreviewFrameRequest
from reelwright_chassis.errors import Reject
from reelwright_gateway.deps import DepsDep
from reelwright_gateway.identity import ReaderDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects.routes import Id

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["scenes"])

_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"description": "The frame.", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}
_FRAME_S = 30.0


@router.get("/frame", summary="See one frame", response_class=Response, responses={**documented(404), **_JPEG})
async def get_frame(
    project_id: Id,
    caller: ReaderDep,
    deps: DepsDep,
    t: Annotated[
        float,
        Query(ge=0, le=3_600, allow_inf_nan=False, description="When in the video, in seconds; its end at the latest."),
    ] = 0.0,
) -> Response:
    """As the video would look from the scenes, words and pictures of now, without rendering it: a JPEG.

    A scene that has no picture yet shows a text card.
    """
    asked = rpc.GetProjectRequest(caller=caller.rpc, project_id=project_id)
    try:
        render = await deps.director.call(deps.director.projects.GetRender, asked)
    except Reject as refused:
        # Nothing to read, rather than a state that forbids it.
        raise Problem(refused.reason_code, status=404) from None
    if deps.previews is None:
        raise Problem("preview_unavailable")
    request = PreviewFrameRequest(render=render, time_s=t)
    frame = await deps.director.call(deps.previews.PreviewFrame, request, timeout_s=_FRAME_S)
    return Response(frame.jpeg, media_type="image/jpeg")
