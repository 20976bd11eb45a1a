"""Orders videos of a running set of services and waits for them, whatever of it is being killed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import grpc.aio

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.ids import new_id
from reelwright_chassis.rpc import connect
from reelwright_standalone.profiles import PROFILES, ProfileName

T = TypeVar("T")

CALLER = rpc.Caller(tenant_id="tenant", user_id="user")
AT_REST = {rpc.STATE_COMPLETED, rpc.STATE_FAILED, rpc.STATE_CANCELED, rpc.STATE_DELETED}
_PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.INTERNAL,
}
_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Talk:
    """A recording and its text, so that little has to be recognised."""

    audio: Path
    script: str


class Customer:
    """Asks again, with the same idempotency key, when nobody answers: what any client of the API does."""

    def __init__(self, channel: grpc.aio.Channel, blobs: Blobs, talk: Talk) -> None:
        self._stub = ProjectServiceStub(channel)
        self._blobs = blobs
        self._talk = talk

    def of(self, talk: Talk) -> "Customer":
        """The same one with another recording."""
        other = copy(self)
        other._talk = talk
        return other

    async def order(
        self,
        title: str,
        *,
        review: "rpc.Review.ValueType" = rpc.REVIEW_NONE,
        profile: ProfileName = "tiny",
        direction: str = "",
    ) -> str:
        """A project whose recording is uploaded; returns its id."""
        settings = rpc.ProjectSettings(
            title=title,
            review=review,
            direction=direction,
            script=GivenText(text=self._talk.script),
            render=PROFILES[profile].render_settings("highlight"),
        )
        create = rpc.CreateProjectRequest(caller=CALLER, idempotency_key=new_id(), settings=settings)
        project = await self._insist(lambda: self._stub.CreateProject(create, timeout=10))
        await self.upload(project.project_id)
        return str(project.project_id)

    async def upload(self, project_id: str) -> None:
        key = f"audio-projects/{project_id}/audio"
        audio: BlobRef = await self._insist(
            lambda: self._blobs.put_file(key, self._talk.audio, content_type="audio/wav")
        )
        complete = rpc.CompleteUploadRequest(
            caller=CALLER, project_id=project_id, idempotency_key=new_id(), audio=audio
        )
        await self._insist(lambda: self._stub.CompleteUpload(complete, timeout=10))

    async def get(self, project_id: str) -> rpc.Project:
        request = rpc.GetProjectRequest(caller=CALLER, project_id=project_id)
        return await self._insist(lambda: self._stub.GetProject(request, timeout=10))

    async def command(self, method: str, project_id: str) -> rpc.Project:
        """Retry, Cancel, ApprovePlan and the like."""
        request = rpc.CommandRequest(caller=CALLER, project_id=project_id, idempotency_key=new_id())
        return await self._insist(lambda: getattr(self._stub, method)(request, timeout=10))

    async def delete(self, project_id: str) -> None:
        request = rpc.DeleteProjectRequest(caller=CALLER, project_id=project_id, idempotency_key=new_id())
        await self._insist(lambda: self._stub.DeleteProject(request, timeout=10))

    async def wait_all(self, project_ids: Sequence[str], patience_s: float) -> list[rpc.Project]:
        """The projects, once all are at rest. Raises AssertionError that says what the others wait for."""
        projects: dict[str, rpc.Project] = {}
        try:
            async with asyncio.timeout(patience_s):
                for project_id in project_ids:
                    projects[project_id] = await self.wait_for(project_id, lambda project: project.state in AT_REST)
        except TimeoutError:
            hung = [await self.get(project_id) for project_id in project_ids if project_id not in projects]
            raise AssertionError([_why(project) for project in hung if project.state not in AT_REST]) from None
        return list(projects.values())

    async def wait_for(self, project_id: str, fits: Callable[[rpc.Project], bool]) -> rpc.Project:
        while True:
            project = await self.get(project_id)
            if fits(project):
                return project
            await asyncio.sleep(_AGAIN_S)  # between two looks, not instead of one

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await call()
            except grpc.aio.AioRpcError as error:
                if error.code() not in _PASSING:
                    raise
            except Unavailable:
                pass
            await asyncio.sleep(_AGAIN_S)


def _why(project: rpc.Project) -> str:
    state, waiting = rpc.State.Name(project.state), rpc.WaitingOn.Name(project.waiting_on)
    return f"{project.project_id}: {state}, {waiting} since {project.waiting_since.ToJsonString()}"


def channel_to(addresses: Sequence[str]) -> grpc.aio.Channel:
    """One channel to several directors, in turn. The addresses are HOST:PORT, with numbers for hosts."""
    return connect(f"ipv4:{','.join(addresses)}")
