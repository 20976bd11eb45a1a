"""Operators: lists across tenants, one project in full, brakes with their pullers, retries that buy nothing twice."""

import asyncio
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.events.v1 import requests_pb2 as requests
from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.ops_pb2_grpc import OpsServiceStub
from reelwright_chassis.errors import Reject, Retry
from reelwright_chassis.home import open_home
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import call, connect, local_address, serve
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job, RetryPolicy, Worker
from reelwright_director import inputs
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import State
from reelwright_director.testing.messages import blob, failure
from reelwright_director.testing.provider import Provider

if TYPE_CHECKING:
    from reelwright.rpc.v1.ops_pb2_grpc import OpsServiceAsyncStub


class Office:
    """A director that serves, and an operator's desk in front of it."""

    def __init__(self, director: Director, parts: Parts) -> None:
        self.director = director
        self.parts = parts
        self.ops: OpsServiceAsyncStub = OpsServiceStub(parts.director)

    async def create(self, project_id: str, tenant_id: str = "t", *, upload: bool = True) -> None:
        await self.director.workflow.create(
            inputs.Create(project_id, tenant_id, "u", ProjectSettings(title="words")), None
        )
        if upload:
            await self.do(project_id, inputs.CompleteUpload(blob(f"audio-projects/{project_id}/audio")))

    async def fetch(self, project_id: str, tenant_id: str = "t") -> None:
        """One whose recording lies elsewhere, and nobody fetches it."""
        url = "https://example.com/talk.mp3"
        await self.director.workflow.create(
            inputs.Create(project_id, tenant_id, "u", ProjectSettings(), None, audio_url=url), None
        )

    async def do(self, project_id: str, what: inputs.Input) -> inputs.Answer | None:
        return (await self.director.workflow.apply(project_id, what)).answer

    async def fail(self, project_id: str, reason_code: str = "audio_silent") -> None:
        project = await self.director.projects.load(project_id)
        assert project is not None
        (outstanding,) = project.requests
        begun = await self.do(project_id, inputs.Begin(outstanding.request_id, "w1"))
        assert isinstance(begun, inputs.Go)
        message = requests.TranscriptionRequested(project_id=project_id, request_id=outstanding.request_id)
        await self.do(project_id, failure(message, reason_code, attempt=begun.attempt))

    async def find(self, **wanted: Any) -> list[str]:
        """All pages."""
        found: list[str] = []
        cursor = ""
        while True:
            page = await call(self.ops.FindProjects, rpc.FindProjectsRequest(cursor=cursor, **wanted))
            found += [line.project_id for line in page.projects]
            cursor = page.next_cursor
            if not cursor:
                return found

    async def show(self, project_id: str) -> rpc.ShowProjectResponse:
        return await call(self.ops.ShowProject, rpc.ShowProjectRequest(project_id=project_id))

    async def retry(self, project_id: str, **fields: Any) -> rpc.ProjectLine:
        return await call(self.ops.RetryProject, rpc.OperatorCommandRequest(project_id=project_id, **fields))


@asynccontextmanager
async def office(folder: Path, **settings: Any) -> AsyncIterator[Office]:
    async with open_home(folder) as home:
        director = Director(
            bus=home.bus, store=home.store, blobs=home.blobs, instance="test", settings=DirectorSettings(**settings)
        )
        await director.prepare()
        server = await serve(director.mounted(), local_address(folder, "director"))
        channel = connect(server.address)
        try:
            yield Office(director, Parts(home.bus, home.store, home.blobs, channel, home.scratch, "test"))
        finally:
            await channel.close()
            await server.stop(0)


async def test_projects_are_found_across_tenants(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        for number in range(6):
            await here.create(f"p{number}", f"t{number % 2}")
        for number in (4, 1, 2):
            await here.fail(f"p{number}", "audio_silent" if number != 2 else "audio_no_speech")
        await here.do("p5", inputs.Delete())
        assert await here.find() == ["p0", "p3", "p4", "p1", "p2"]
        assert await here.find(limit=1) == ["p0", "p3", "p4", "p1", "p2"]
        assert await here.find(state=project_pb2.STATE_FAILED) == ["p4", "p1", "p2"]
        assert await here.find(state=project_pb2.STATE_FAILED, tenant_id="t0", limit=1) == ["p4", "p2"]
        assert await here.find(reason_code="audio_no_speech") == ["p2"]
        changed = (await here.show("p1")).line.updated_at
        assert await here.find(state=project_pb2.STATE_FAILED, since=changed) == ["p1", "p2"]
        assert await here.find(state=project_pb2.STATE_FAILED, until=changed) == ["p4"]


@pytest.mark.parametrize("wrong", [{"cursor": "x"}, {"cursor": "failed:x"}, {"state": 13}, {"state": 99}])
async def test_a_wrong_question_is_refused(tmp_path: Path, wrong: Any) -> None:
    async with office(tmp_path) as here:
        with pytest.raises(Reject):
            await call(here.ops.FindProjects, rpc.FindProjectsRequest(**wrong))


async def test_a_filter_that_fits_nothing_ends_a_call_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwright_director.overview._LOOKED_AT_MOST", 2)
    async with office(tmp_path) as here:
        for number in range(5):
            await here.create(f"p{number}", upload=False)
        page = await call(here.ops.FindProjects, rpc.FindProjectsRequest(tenant_id="none", limit=1))
        assert (len(page.projects), bool(page.next_cursor)) == (0, True)
        assert await here.find(tenant_id="none", limit=1) == []


async def test_one_project_is_shown_without_anybodys_words(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.create("p1")
        (request,) = (await here.show("p1")).requests
        await here.do("p1", inputs.Begin(request.request_id, "w7"))
        shown = await here.show("p1")
        assert shown.why.startswith("Waits for the transcription worker for 0 s: attempt 1 of w7 runs, until ")
        (running_,) = shown.requests
        assert (running_.status, running_.worker, running_.attempts) == ("running", "w7", 1)
        assert running_.HasField("lease_until")
        assert running_.HasField("deadline_at")
        assert [entry.outcome for entry in shown.history] == ["complete_upload", "begun"]
        assert b"words" not in shown.SerializeToString()
        with pytest.raises(Reject) as refused:
            await here.show("nothing")
        assert refused.value.reason_code == "project_not_found"


async def test_a_retry_says_who_asked(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.create("p1")
        await here.fail("p1")
        shown = await here.show("p1")
        assert (shown.failure.reason_code, shown.line.failed_stage) == ("audio_silent", project_pb2.STAGE_TRANSCRIPTION)
        line = await here.retry("p1", by="anna", if_version=shown.line.version, idempotency_key="k")
        assert line.state == project_pb2.STATE_TRANSCRIBING
        again = await here.retry("p1", by="anna", if_version=shown.line.version, idempotency_key="k")
        assert again.version == line.version
        (audit,) = (await here.show("p1")).audit
        assert (audit.by, audit.what) == ("anna", "retry")
        with pytest.raises(Reject) as refused:
            await here.retry("p1")
        assert refused.value.reason_code == "not_failed"
        await call(here.ops.CancelProject, rpc.OperatorCommandRequest(project_id="p1", by="ben"))
        assert [line.what for line in (await here.show("p1")).audit] == ["cancel", "retry"]


async def test_states_are_counted(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        for number in range(4):
            await here.create(f"p{number}", f"t{number % 2}", upload=number > 0)
        await here.fail("p1")
        await here.fail("p3")
        counted = await call(here.ops.CountProjects, rpc.CountProjectsRequest())
        assert [(project_pb2.State.Name(c.state), c.count, dict(c.reasons)) for c in counted.states] == [
            ("STATE_CREATED", 1, {}),
            ("STATE_TRANSCRIBING", 1, {}),
            ("STATE_FAILED", 2, {"audio_silent": 2}),
        ]
        assert counted.states[2].oldest_at == (await here.show("p1")).line.updated_at
        of_one = await call(here.ops.CountProjects, rpc.CountProjectsRequest(tenant_id="t1"))
        assert [(c.state, c.count) for c in of_one.states] == [(project_pb2.STATE_FAILED, 2)]
        future = Timestamp(seconds=counted.states[2].oldest_at.seconds + 3_600)
        assert not (await call(here.ops.CountProjects, rpc.CountProjectsRequest(since=future))).states


async def test_what_is_fetched_is_found_and_counted_among_the_new(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.fetch("p0")
        for project_id in ("p1", "p2"):
            await here.create(project_id, upload=False)
        await here.fetch("p3")
        new = project_pb2.STATE_CREATED
        assert await here.find(state=new) == await here.find(state=new, limit=1) == ["p1", "p2", "p0", "p3"]
        (counted,) = (await call(here.ops.CountProjects, rpc.CountProjectsRequest())).states
        assert (counted.state, counted.count, counted.at_least) == (new, 4, False)
        assert counted.oldest_at == (await here.show("p0")).line.updated_at


async def test_brakes_say_who_pulled_them(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.create("p1", "t1")
        asset = rpc.BrakeRequest(stage=project_pb2.STAGE_TRANSCRIPTION, tenant_id="t1", by="anna", why="no quota")
        (brake,) = (await call(here.ops.Pause, asset)).brakes
        assert (brake.stage, brake.tenant_id, brake.by, brake.why) == (asset.stage, "t1", "anna", "no quota")
        assert "paused for tenant t1 by anna" in (await here.show("p1")).why
        assert (await here.show("p1")).line.waiting_on == project_pb2.WAITING_ON_PAUSE
        everything = await call(here.ops.Pause, rpc.BrakeRequest(by="ben"))
        assert [(b.stage, b.tenant_id) for b in everything.brakes] == [(0, ""), (asset.stage, "t1")]
        await call(here.ops.Resume, rpc.BrakeRequest(stage=project_pb2.STAGE_RENDER))
        left = await call(here.ops.Resume, rpc.BrakeRequest(by="carla"))
        assert [b.tenant_id for b in left.brakes] == ["t1"]
        listed = await call(here.ops.ListBrakes, rpc.ListBrakesRequest())
        assert [(line.by, line.what) for line in listed.audit] == [
            ("carla", "resume every stage for all tenants"),
            ("ben", "pause every stage for all tenants"),
            ("anna", "pause transcription for tenant t1"),
        ]
        for wrong in (rpc.BrakeRequest(stage=99), rpc.BrakeRequest(tenant_id="a#b")):  # type: ignore[arg-type]
            with pytest.raises(Reject):
                await call(here.ops.Pause, wrong)


# --- many failed projects, retried ------------------------------------------------------------------------------------


class Market:
    """A provider that is down, and takes the money of every other picture before it says so; then it is up again."""

    def __init__(self) -> None:
        self.provider = Provider()
        self.posts: Counter[str] = Counter()
        self.down = True

    async def serve(self, request: Message, job: Job) -> Message:
        if isinstance(request, requests.AssetRequested):
            known = request.asset_id in self.provider.bought
            if self.down and (known or zlib.crc32(request.asset_id.encode()) % 2):
                raise Retry("no", reason_code="kling_credentials")
            self.posts[request.asset_id] += not known
        fact = self.provider.succeed(request, job.attempt)
        if self.down and isinstance(request, requests.AssetRequested):
            raise Retry("no", reason_code="kling_credentials")
        return fact


_TOPICS: dict[str, type[Message]] = {
    "transcription.requests": requests.TranscriptionRequested,
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,
    "render.requests": requests.RenderRequested,
}


def workers(market: Market, parts: Parts) -> list[Any]:
    made = []
    for topic, kind in _TOPICS.items():
        name = topic.removesuffix(".requests")
        worker = Worker[Message](name, topic=topic, request=kind, concurrency=16, retry=RetryPolicy(tries=1))
        worker.handles(market.serve)
        made.append(worker.bind(parts))
    return made


async def until(here: Office, state: State, count: int) -> None:
    """Follows the changes until so many projects are in this state."""
    changes = here.parts.bus.follow("project.changes")
    seen: dict[str, str] = {}
    async with asyncio.timeout(120):
        while sum(value == state.value for value in seen.values()) < count:
            counted = await here.find(state=project_pb2.State.Value(f"STATE_{state.name}"), limit=500)
            if len(counted) >= count:
                return
            for _ in range(min(20, count - len(counted))):
                await anext(changes)


@pytest.mark.slow
async def test_two_hundred_failed_projects_are_retried_and_nothing_is_bought_twice(tmp_path: Path) -> None:
    many, market = 200, Market()
    async with (
        office(tmp_path, max_errors=1, tick_every_s=0.1, image_slots=100) as here,
        running(here.director, *workers(market, here.parts)),
    ):
        for number in range(many):
            await here.create(f"p{number}", f"t{number % 7}")
        await until(here, State.FAILED, many)
        paid = dict(market.provider.bought)
        assert 0 < len(paid) < 2 * many
        market.down = False
        for project_id in await here.find(state=project_pb2.STATE_FAILED, reason_code="kling_credentials"):
            await here.retry(project_id, by="anna")
        await until(here, State.COMPLETED, many)
    assert max(market.posts.values()) == 1
    assert len(market.provider.bought) == 2 * many
    assert market.provider.bought.items() >= paid.items()
