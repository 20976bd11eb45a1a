"""A replica that is told to end: still answers for a while, and asks its callers to go elsewhere."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from reelwright_gateway.http import HttpServer, listen

LONG_S = 600.0


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    app = FastAPI()

    @app.get("/")
    async def root() -> str:
        return "here"

    serving = HttpServer(app, listen("127.0.0.1", 0))
    running = asyncio.create_task(serving.run())
    yield serving
    serving.stop()
    await running


async def test_whoever_calls_while_it_leaves_is_answered_and_sent_elsewhere(server: HttpServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as known:
        assert "connection" not in (await known.get("/")).headers
        server.leave(LONG_S)
        assert not server.ready
        async with httpx.AsyncClient(base_url=known.base_url, trust_env=False) as new:
            for caller in (known, new):
                answer = await caller.get("/")
                assert (answer.status_code, answer.headers["connection"]) == (200, "close")


async def test_then_it_ends(server: HttpServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as caller:
        await caller.get("/")
        server.leave(0.0)
        async with asyncio.timeout(20):
            assert await turned_away(caller)


async def turned_away(caller: httpx.AsyncClient) -> bool:
    """Once nobody answers any more."""
    while True:
        try:
            await caller.get("/")
        except httpx.TransportError:
            return True
