"""`reelwright serve` as a process that asks who its callers are, and an issuer for it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from e2e.recordings import opening
from fastapi import FastAPI
from parts import children
from parts.ports import free_port

from apihouse.issuer import AUDIENCE, ISSUER, Issuer

_PATIENCE_S = 120.0


@asynccontextmanager
async def served(app: FastAPI, port: int) -> AsyncIterator[None]:
    """Any application on loopback, while the block lasts."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def issuing(issuer: Issuer) -> AsyncIterator[str]:
    """Where the issuer's keys are read."""
    app, port = FastAPI(), free_port()

    @app.get("/keys")
    async def keys() -> Any:
        return await issuer.read()

    async with served(app, port):
        yield f"http://127.0.0.1:{port}/keys"


def start_serve(folder: Path, port: int, keys_url: str, **env: str) -> "subprocess.Popen[bytes]":
    """Its home is `folder / "home"`. It makes small videos, and nobody asks it too often."""
    often = {f"REELWRIGHT_GATEWAY_RATE_{each}": "1000000/minute" for each in ("READ", "WRITE", "CREATE", "STREAM")}
    every = {
        **often,
        "REELWRIGHT_HOME": str(folder / "home"),
        "REELWRIGHT_PROFILE": "tiny",
        "REELWRIGHT_GATEWAY_IDENTITY": "required",
        "REELWRIGHT_GATEWAY_OIDC_ISSUER": ISSUER,
        "REELWRIGHT_GATEWAY_OIDC_AUDIENCE": AUDIENCE,
        "REELWRIGHT_GATEWAY_OIDC_JWKS_URL": keys_url,
        **env,
    }
    command = [str(Path(sys.executable).with_name("reelwright")), "serve", "--port", str(port), "--offline"]
    return children.start(command, log=folder / "serve.log", env=every)


async def answering(port: int) -> None:
    """Returns when something answers there."""
    async with asyncio.timeout(_PATIENCE_S), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{port}/v1/projects")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return


async def created(client: httpx.AsyncClient, wanted: Mapping[str, Any]) -> str:
    """The id of a new project."""
    answer = await client.post("/v1/projects", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def recorded(client: httpx.AsyncClient, project_id: str, folder: Path) -> None:
    """Send it a recording of six seconds, so that it runs."""
    audio, _ = await asyncio.to_thread(opening, folder, 1)
    answer = await client.put(f"/v1/projects/{project_id}/audio", content=audio.read_bytes())
    assert answer.status_code == 200, answer.text


async def completed(client: httpx.AsyncClient, project_id: str) -> dict[str, Any]:
    """The project, once it is."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            now: dict[str, Any] = (await client.get(f"/v1/projects/{project_id}")).json()
            assert now["state"] != "failed", now["failure"]
            if now["state"] == "completed":
                return now
            await asyncio.sleep(0.2)
