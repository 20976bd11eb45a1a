"""A page on an origin of its own, beside an API that asks who its callers are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from apihouse import Issuer
from apihouse.serving import answering, issuing, served, start_serve
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from parts import children
from parts.background import in_background
from parts.ports import free_port

_EMPTY = "<!doctype html><title>A front end</title>"


@dataclass(frozen=True, slots=True)
class Here:
    """The API, and two front ends: one whose origin it allows, and one whose it does not."""

    api: str
    token: str
    http: httpx.AsyncClient
    allowed: str
    other: str


@asynccontextmanager
async def here(folder: Path, html: str = _EMPTY, **env: str) -> AsyncIterator[Here]:
    issuer, port, ends = Issuer(), free_port(), [free_port(), free_port()]
    page = FastAPI()

    @page.get("/", response_class=HTMLResponse)
    async def front_end() -> str:
        return html

    origins = [f"http://localhost:{end}" for end in ends]
    async with issuing(issuer) as keys, served(page, ends[0]), served(page, ends[1]):
        allowed = {"REELWRIGHT_GATEWAY_CORS_ORIGINS": origins[0], **env}
        serving = await in_background(lambda: start_serve(folder, port, keys, **allowed))
        try:
            await answering(port)
            api, token = f"http://127.0.0.1:{port}", issuer.token()
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=api, headers=headers, timeout=60, trust_env=False) as http:
                yield Here(api, token, http, *origins)
        finally:
            await in_background(lambda: children.end(serving))
