"""The finished video and what belongs to it, as links."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from reelwright_gateway.deps import DepsDep
from reelwright_gateway.identity import ReaderDep
from reelwright_gateway.problems import Problem, documented
from reelwright_gateway.projects.routes import Id
from reelwright_gateway.schema import Link

router = APIRouter(prefix="/v1/projects/{project_id}", tags=["video"])

Redirect = Annotated[
    bool, Query(description="Be sent to the file itself (307) instead of being told its link: for curl -L.")
]
_ROUTES = (
    ("/video", "mp4", "get_video", "The video"),
    ("/captions.srt", "srt", "get_captions_srt", "The captions as SubRip"),
    ("/captions.vtt", "vtt", "get_captions_vtt", "The captions as WebVTT"),
    ("/poster.jpg", "poster", "get_poster", "One frame as JPEG"),
    ("/timeline.otio", "timeline", "get_timeline", "The cut, as OpenTimelineIO"),
)


def _route(part: str) -> Callable[..., Awaitable[Link | Response]]:
    async def get_part(
        project_id: Id, request: Request, caller: ReaderDep, deps: DepsDep, *, redirect: Redirect = False
    ) -> Link | Response:
        project = await deps.director.project(caller, project_id)
        link = await deps.linker(request).part(project, part)
        if link is None:
            raise Problem("video_missing")
        return RedirectResponse(link.url) if redirect else link

    return get_part


for _path, _part, _name, _summary in _ROUTES:
    router.add_api_route(
        _path,
        _route(_part),
        name=_name,
        summary=_summary,
        description="A link that needs no token, seeks, and is good for a while.",
        response_model=Link,
        responses={307: {"description": "With ?redirect=true: the file is there."}, **documented(404)},
    )
