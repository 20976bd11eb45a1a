"""Serves what signed links name, in ranges: how players seek."""

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import NotFound
from reelwright_gateway.media.links import Named, SignedLinks
from reelwright_gateway.problems import Problem, documented

router = APIRouter(tags=["media"])


class BlobResponse(Response):
    """A stored object as a file: ranges, `ETag`, `HEAD`."""

    def __init__(self, blobs: Blobs, named: Named, *, download: bool, max_age_s: int) -> None:
        super().__init__()
        self._blobs = blobs
        self._named = named
        self._disposition = "attachment" if download else "inline"
        self._cache = f"private, max-age={max_age_s}, immutable"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = self._named
        try:
            async with self._blobs.local(named.key) as path:
                answer = FileResponse(
                    path,
                    media_type=named.content_type,
                    filename=named.filename,
                    content_disposition_type=self._disposition,
                    headers={"Cache-Control": self._cache, "Cross-Origin-Resource-Policy": "cross-origin"},
                )
                await answer(scope, receive, send)
        except NotFound:
            raise Problem("media_link_invalid", "What this link led to was deleted.") from None


@router.api_route(
    "/media/{token}/{filename}",
    methods=["GET", "HEAD"],
    summary="A video, poster or caption file, by its signed link",
    response_class=Response,
    responses={
        200: {"description": "All of it.", "content": {"application/octet-stream": {}}},
        206: {"description": "The range that was asked for.", "content": {"application/octet-stream": {}}},
        416: {"description": "There is no such range."},
        **documented(404),
    },
    include_in_schema=False,
)
async def get_media(
    request: Request,
    token: str,
    filename: str,  # noqa: ARG001 (for people: the token says what it is)
    *,
    download: bool = Query(False, description="Have a browser save it instead of showing it."),
) -> Response:
    deps = request.app.state.deps
    if not isinstance(deps.media, SignedLinks):
        raise Problem("route_not_found")
    named = deps.media.read(token)
    max_age_s = max(0, int(named.expires_at_s - deps.clock.now_s()))
    return BlobResponse(deps.blobs, named, download=download, max_age_s=max_age_s)
