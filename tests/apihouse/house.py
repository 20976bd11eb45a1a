"""The API over a whole embedded director, with workers that answer at once: what tests of the gateway stand on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from fastapi import FastAPI
from google.protobuf.message import Message
from pydantic import SecretStr

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Server, connect, local_address, serve
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job, Worker
from reelwright_director.service import Director as DirectorService
from reelwright_director.settings import DirectorSettings
from reelwright_director.testing.messages import answer
from reelwright_gateway.app import create_app
from reelwright_gateway.deps import Deps
from reelwright_gateway.director import Director
from reelwright_gateway.fetching import fetcher
from reelwright_gateway.http import HttpServer, listen
from reelwright_gateway.identity.choose import identifier
from reelwright_gateway.identity.jwks import ReadJwks
from reelwright_gateway.live.hub import LiveHub
from reelwright_gateway.media.links import SignedLinks
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.uploads.multipart.choose import part_store

BASE = "http://127.0.0.1:8080"
MP3 = b"ID3\x04" + bytes(2_000)
_TOPICS = {
    "transcription.requests": requests.TranscriptionRequested,
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,
    "render.requests": requests.RenderRequested,
}
VIDEO = bytes(range(256)) * 40


@dataclass
class House:
    """`http` speaks to the application without a network."""

    app: FastAPI
    http: httpx.AsyncClient
    deps: Deps
    home: Home
    parts: Parts
    service: DirectorService
    server: Server
    asked: list[Message] = field(default_factory=list)
    """What the workers were asked."""

    def client(self, **headers: str) -> httpx.AsyncClient:
        return _client(self.app, headers)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client that speaks to it over a socket, as streams need."""
        server = HttpServer(self.app, listen("127.0.0.1", 0))
        serving = asyncio.create_task(server.run())
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as client:
                yield client
        finally:
            self.deps.hub.stop()
            server.stop()
            await serving

    async def lose_director(self) -> None:
        """From now on nobody answers for it."""
        await self.server.stop(0)

    async def create(self, **wanted: Any) -> dict[str, Any]:
        answer = await self.http.post("/v1/projects", json=wanted)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def upload(self, project: dict[str, Any], recording: bytes = MP3) -> dict[str, Any]:
        answer = await self.http.put(f"/v1/projects/{project['id']}/audio", content=recording)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def get(self, project: dict[str, Any]) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/projects/{project['id']}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def until(self, project: dict[str, Any], state: str) -> dict[str, Any]:
        """Follows the changes until the project is in this state."""
        changes = self.parts.bus.follow("project.changes")
        while (now := await self.get(project))["state"] != state:
            assert now["state"] != "failed", now["failure"]
            await anext(changes)
        return now

    async def finished(self, **wanted: Any) -> dict[str, Any]:
        """A completed project."""
        project = await self.create(**wanted)
        await self.upload(project)
        return await self.until(project, "completed")


@asynccontextmanager
async def house(
    folder: Path,
    *,
    identity: Literal["none", "required"] = "none",
    workers: bool = True,
    read_jwks: ReadJwks | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """Everything in one loop; `settings` are the gateway's."""
    quick = DirectorSettings(tick_every_s=0.05, backoff_s=0.01, webhooks_to_loopback=True)
    async with open_home(folder) as home:
        service = DirectorService(bus=home.bus, store=home.store, blobs=home.blobs, instance="test", settings=quick)
        await service.prepare()
        server = await serve(service.mounted(), local_address(folder, "director"))
        channel = connect(server.address)
        parts = Parts(home.bus, home.store, home.blobs, channel, home.scratch, "test")
        api = GatewaySettings(secret=SecretStr("s" * 32), identity=identity, **settings)
        deps = _deps(parts, api, read_jwks)
        app = create_app(deps)
        asked: list[Message] = []
        made: list[Service] = (
            [_worker(topic, kind, asked, parts).bind(parts) for topic, kind in _TOPICS.items()] if workers else []
        )
        made += [fetcher(parts, api)] if api.fetch_loopback else []
        try:
            async with running(service, *made, _Hub(deps.hub)), _client(app, {}) as http:
                yield House(app, http, deps, home, parts, service, server, asked)
        finally:
            await channel.close()
            await server.stop(0)


def _deps(parts: Parts, settings: GatewaySettings, read_jwks: ReadJwks | None) -> Deps:
    director, clock = Director(parts.director), SystemClock()
    return Deps(
        settings=settings,
        director=director,
        blobs=parts.blobs,
        hub=LiveHub(parts.bus, clock),
        media=SignedLinks(settings.secret, clock, lifetime_s=settings.media_link_s),
        parts=part_store(parts.blobs, settings, parts.scratch, clock),
        identifier=identifier(settings, director, clock, read_jwks),
        scratch=parts.scratch,
    )


class _Hub:
    """The hub as a service that can be run beside the others."""

    name = "hub"
    why_unready = ""
    poll_age_s: float | None = None

    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub

    @property
    def ready(self) -> bool:
        return self._hub.ready

    async def run(self) -> None:
        await self._hub.run()

    def stop(self) -> None:
        self._hub.stop()


def _client(app: FastAPI, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE, headers=headers)


def _worker(topic: str, kind: type[Message], asked: list[Message], parts: Parts) -> Worker[Message]:
    """Answers at once; a render's video lies in the blobs."""
    made = Worker[Message](topic.removesuffix(".requests"), topic=topic, request=kind, concurrency=4)

    @made.handles
    async def handle(request: Message, job: Job) -> Message:
        asked.append(request)
        fact = answer(request, attempt=job.attempt)
        if isinstance(request, requests.RenderRequested):
            video = fact.video  # type: ignore[attr-defined]
            for name, media_type in (("mp4", "video/mp4"), ("vtt", "text/vtt"), ("poster", "image/jpeg")):
                key = f"final-videos/{request.project_id}/{request.revision}/{name}"
                getattr(video, name).CopyFrom(await parts.blobs.put_bytes(key, VIDEO, content_type=media_type))
        if isinstance(request, requests.AssetRequested):
            asset = fact.asset  # type: ignore[attr-defined]
            asset.blob.CopyFrom(await parts.blobs.put_bytes(asset.blob.key, VIDEO, content_type="image/jpeg"))
        return fact

    return made
