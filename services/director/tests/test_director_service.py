"""The whole director on the embedded parts: gRPC in front, workers of the chassis behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from google.protobuf.message import Message

from reelwright.events.v1 import requests_pb2 as requests
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.errors import Reject
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import call, connect, local_address, serve
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job, Worker
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_director.testing.messages import answer

if TYPE_CHECKING:
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub

CALLER = rpc.Caller(tenant_id="t", user_id="u")
_TOPICS = {
    "transcription.requests": requests.TranscriptionRequested,
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,
    "render.requests": requests.RenderRequested,
}


@dataclass
class House:
    director: Director
    projects: "ProjectServiceAsyncStub"
    parts: Parts
    home: Home

    async def create(self, **settings: object) -> rpc.Project:
        request = rpc.CreateProjectRequest(
            caller=CALLER,
            idempotency_key="k",
            client_reference="job",
            settings=rpc.ProjectSettings(**settings),  # type: ignore[arg-type]
        )
        return await call(self.projects.CreateProject, request)

    async def upload(self, project: rpc.Project) -> rpc.Project:
        audio = await self.parts.blobs.put_bytes(
            f"audio-projects/{project.project_id}/audio", b"sound", content_type="audio/mpeg"
        )
        request = rpc.CompleteUploadRequest(caller=CALLER, project_id=project.project_id, audio=audio)
        return await call(self.projects.CompleteUpload, request)

    async def get(self, project: rpc.Project) -> rpc.Project:
        request = rpc.GetProjectRequest(caller=CALLER, project_id=project.project_id)
        return await call(self.projects.GetProject, request)

    async def until(self, project: rpc.Project, state: rpc.State.ValueType) -> rpc.Project:
        """Follows the changes until the project is in this state."""
        changes = self.parts.bus.follow("project.changes")
        async with asyncio.timeout(30):
            while (now := await self.get(project)).state != state:
                await anext(changes)
        return now


@asynccontextmanager
async def house(folder: Path, instance: str = "test") -> AsyncIterator[House]:
    """A director that serves; its workers are the caller's to run."""
    settings = DirectorSettings(tick_every_s=0.05, backoff_s=0.01)
    async with open_home(folder) as home:
        director = Director(bus=home.bus, store=home.store, blobs=home.blobs, instance=instance, settings=settings)
        await director.prepare()
        await director.release_leases()
        server = await serve(director.mounted(), local_address(folder, "director"))
        channel = connect(server.address)
        parts = Parts(home.bus, home.store, home.blobs, channel, home.scratch, instance)
        try:
            async with running(director):
                yield House(director, ProjectServiceStub(channel), parts, home)
        finally:
            await channel.close()
            await server.stop(0)


def worker(topic: str, kind: type[Message], seen: list[Message]) -> Worker[Message]:
    """Answers at once, and keeps what it saw."""
    made = Worker[Message](topic.removesuffix(".requests"), topic=topic, request=kind, concurrency=4)

    @made.handles
    async def handle(request: Message, job: Job) -> Message:
        seen.append(request)
        return answer(request, attempt=job.attempt)

    return made


async def test_a_recording_becomes_a_video_over_grpc(tmp_path: Path) -> None:
    seen: list[Message] = []
    async with house(tmp_path) as home:
        bound = [worker(topic, kind, seen).bind(home.parts) for topic, kind in _TOPICS.items()]
        async with running(*bound):
            project = await home.create(title="Bees")
            again = await home.create(title="Bees")
            assert again.project_id == project.project_id
            await home.upload(project)
            done = await home.until(project, rpc.STATE_COMPLETED)
        assert [type(request).__name__ for request in seen].count("AssetRequested") == 2
        assert (done.quality, len(done.scenes), list(done.stale)) == ("full", 2, [])
        listed = await call(home.projects.ListProjects, rpc.ListProjectsRequest(caller=CALLER, client_reference="job"))
        assert [found.project_id for found in listed.projects] == [project.project_id]
        history = await call(
            home.projects.GetHistory, rpc.GetHistoryRequest(caller=CALLER, project_id=project.project_id)
        )
        assert [entry.outcome for entry in history.entries if entry.request_id] == ["done"] * 5
        usage = await call(home.projects.GetUsage, rpc.GetUsageRequest(caller=CALLER))
        assert (usage.projects, usage.videos) == (1, 1)


async def test_refusals_carry_their_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        project = await home.create()
        with pytest.raises(Reject) as refused:
            await call(
                home.projects.ApprovePlan,
                rpc.CommandRequest(caller=CALLER, project_id=project.project_id, idempotency_key="a"),
            )
        assert refused.value.reason_code == "not_at_gate"
