"""`/`: one plain page to try the API on, where nobody needs to say who they are."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from reelwright_gateway.deps import DepsDep
from reelwright_gateway.problems import Problem

router = APIRouter(include_in_schema=False)


@cache
def _page() -> tuple[str, str]:
    """The page, and the policy under which browsers run its own script and style and nothing else."""
    html = files("reelwright_gateway").joinpath("page", "index.html").read_text(encoding="utf-8")
    hashes = {kind: _digest(html, kind) for kind in ("script", "style")}
    policy = (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; media-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'none'; script-src {hashes['script']}; style-src {hashes['style']}"
    )
    return html, policy


def _digest(html: str, element: str) -> str:
    found = re.search(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
    inside = found.group(1) if found else ""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"


@router.get("/", response_class=HTMLResponse)
async def get_page(deps: DepsDep) -> HTMLResponse:
    if not deps.page:
        raise Problem("route_not_found")
    html, policy = _page()
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})
