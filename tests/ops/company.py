"""A company in one process: a director and workers that answer at once, on whichever bus; operated from outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import connect, local_address, serve
from reelwright_chassis.store.port import Store
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job, RetryPolicy, Worker
from reelwright_director import inputs
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_director.state import Project, ProjectSettings
from reelwright_director.terms import State
from reelwright_director.testing.messages import answer, blob

Handler = Callable[[Message, Job], Awaitable[Message]]

_KINDS: dict[str, type[Message]] = {
    "transcription.requests": requests.TranscriptionRequested,
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,
    "render.requests": requests.RenderRequested,
}


class Company:
    """`handle` is what all workers do; a test may put another in its place. `address` leads to the director."""

    def __init__(self, director: Director, parts: Parts, address: str) -> None:
        self.director = director
        self.parts = parts
        self.address = address
        self.handle: Handler = served

    async def create(self, project_id: str, tenant_id: str = "t") -> None:
        """A project whose recording is there."""
        command = inputs.Create(project_id, tenant_id, "u", ProjectSettings(title="private title"))
        await self.director.workflow.create(command, None)
        uploaded = inputs.CompleteUpload(blob(f"audio-projects/{project_id}/audio"))
        await self.director.workflow.apply(project_id, uploaded)

    async def project(self, project_id: str) -> Project:
        found = await self.director.projects.load(project_id)
        assert found is not None
        return found

    async def until(self, state: State, *project_ids: str) -> None:
        """Returns when all of them are in this state. Follows the changes in between."""
        changes = self.parts.bus.follow("project.changes")
        async with asyncio.timeout(90):
            for project_id in project_ids:
                while (await self.project(project_id)).state is not state:
                    following = asyncio.ensure_future(anext(changes))
                    # What changed while the follower began is not followed: so look again now and then.
                    await asyncio.wait({following}, timeout=0.5)
                    if not following.done():
                        following.cancel()
                        changes = self.parts.bus.follow("project.changes")

    def workers(self) -> list[Any]:
        made = []
        for topic, kind in _KINDS.items():
            worker = Worker[Message](
                topic.removesuffix(".requests"), topic=topic, request=kind, concurrency=8, retry=RetryPolicy(tries=1)
            )

            @worker.handles
            async def handle(request: Message, job: Job) -> Message:
                return await self.handle(request, job)

            made.append(worker.bind(self.parts))
        return made


async def served(request: Message, job: Job) -> Message:
    return answer(request, attempt=job.attempt)


@asynccontextmanager
async def company(bus: Bus, folder: Path, *, store: Store | None = None, **settings: Any) -> AsyncIterator[Company]:
    """At work, but for its workers. Without a store it has one of its own."""
    own = None if store else await SqliteStore.open(folder / "store.sqlite")
    store = own or store
    assert store
    blobs = FolderBlobs(folder / "blobs")
    impatient = {"tick_every_s": 0.05, "backoff_s": 0.01, "brakes_every_s": 0.5, **settings}
    director = Director(bus=bus, store=store, blobs=blobs, instance="test", settings=DirectorSettings(**impatient))
    await director.prepare()
    server = await serve(director.mounted(), local_address(folder, "director"))
    channel = connect(server.address)
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        async with running(director):
            yield Company(director, Parts(bus, store, blobs, channel, scratch, "test"), server.address)
    finally:
        await channel.close()
        await server.stop(0)
        blobs.close()
        if own:
            await own.close()
