"""The one path on a real store: conflicts, keys, the outbox, and what deleting leaves behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import requests_pb2 as requests
from reelwright.rpc.v1 import work_pb2
from reelwright_chassis.bus.port import Message
from reelwright_chassis.errors import StateTooNew, Unavailable
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.store.port import Query
from reelwright_chassis.testing import FakeClock
from reelwright_director import codec, inputs, tables
from reelwright_director.apply import Applied, Guard, Workflow
from reelwright_director.brakes import Brakes
from reelwright_director.codec import SCHEMA_VERSION, item_project, project_item
from reelwright_director.decide import core
from reelwright_director.decision import DocumentKey, DocumentKind, Refused
from reelwright_director.grpc_work import WorkServicer
from reelwright_director.keys import all_outbox_shards
from reelwright_director.once import Once
from reelwright_director.outbox import Outbox
from reelwright_director.policy import Policy
from reelwright_director.state import Project, ProjectSettings
from reelwright_director.store import ProjectStore
from reelwright_director.terms import State
from reelwright_director.testing.messages import answer, blob, plan, scene, transcript

OWNER = "t#u"


class ClockOfToday(FakeClock):
    """The store forgets by the machine's own clock, so a test's must not stand in the past."""

    def __init__(self) -> None:
        super().__init__()
        self._today_s = time.time()

    def now_s(self) -> float:
        return self._today_s + self.monotonic_s()


@dataclass
class ListeningBus:
    """Keeps what is published; `away`: refuses it."""

    sent: list[Message] = field(default_factory=list)
    away: bool = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            raise Unavailable("the bus is away")
        self.sent += messages


@dataclass
class Desk:
    home: Home
    bus: ListeningBus
    clock: FakeClock
    projects: ProjectStore
    outbox: Outbox
    workflow: Workflow

    async def apply(self, what: inputs.Input, guard: Guard | None = None) -> Applied:
        """What p1 becomes, once all is published that follows."""
        applied = await self.workflow.apply("p1", what, guard)
        await self.outbox.settled()
        return applied

    async def rows(self) -> int:
        pages = [await self.home.store.query(Query(tables.OUTBOX, shard)) for shard in all_outbox_shards()]
        return sum(len(page.items) for page in pages)

    async def load(self) -> Project:
        project = await self.projects.load("p1")
        assert project is not None
        return project

    async def finish(self) -> Project:
        """Answer everything that was sent, until nothing new is."""
        answered = 0
        while answered < len(self.bus.sent) or await self._dispatch():
            message = self.bus.sent[answered]
            answered += 1
            kind = _KINDS.get(message.topic)
            if kind is not None:
                await self.apply(answer(kind.FromString(message.value)))  # type: ignore[arg-type]
        return await self.load()

    async def _dispatch(self) -> bool:
        before = len(self.bus.sent)
        ready = frozenset(r.request_id for r in (await self.load()).requests)
        await self.apply(inputs.Dispatch(ready))
        return len(self.bus.sent) > before


_KINDS: dict[str, type[requests.PlanRequested]] = {
    "transcription.requests": requests.TranscriptionRequested,  # type: ignore[dict-item]
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,  # type: ignore[dict-item]
    "render.requests": requests.RenderRequested,  # type: ignore[dict-item]
}


def workflow(home: Home, bus: ListeningBus, clock: FakeClock, outbox: Outbox | None = None) -> Workflow:
    return Workflow(
        ProjectStore(home.store),
        outbox or Outbox(home.store, bus),  # type: ignore[arg-type]
        home.blobs,
        clock,
        policy=Policy(),
        brakes=Brakes,
        on_commit=lambda _: None,
    )


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A director's inside with the project p1 in it."""
    bus, clock = ListeningBus(), ClockOfToday()
    async with open_home(tmp_path) as home:
        projects = ProjectStore(home.store)
        await projects.ensure()
        outbox = Outbox(home.store, bus)  # type: ignore[arg-type]
        made = Desk(home, bus, clock, projects, outbox, workflow(home, bus, clock, outbox))
        await made.workflow.create(inputs.Create("p1", "t", "u", ProjectSettings(), client_reference="mine"), None)
        yield made


async def upload(desk: Desk) -> None:
    await desk.apply(inputs.CompleteUpload(blob("audio-projects/p1/audio")))


async def test_what_is_written_is_published_and_the_outbox_empty(desk: Desk) -> None:
    await upload(desk)
    assert [message.topic for message in desk.bus.sent] == [
        "project.changes",
        "project.events",
        "transcription.requests",
        "project.changes",
    ]
    headers = desk.bus.sent[2].headers
    assert headers["ce_type"] == b"reelwright.events.v1.TranscriptionRequested"
    assert headers["ce_subject"] == b"p1"
    assert await desk.rows() == 0


async def test_a_bus_that_was_away_gets_it_from_the_sweep(desk: Desk) -> None:
    desk.bus.sent.clear()
    desk.bus.away = True
    await upload(desk)
    assert (await desk.load()).state is State.TRANSCRIBING
    assert await desk.rows() == 2
    desk.bus.away = False
    assert await desk.outbox.sweep(desk.clock.now_s()) == 0, "too young: its writer publishes it"
    await desk.clock.advance(6)
    assert await desk.outbox.sweep(desk.clock.now_s()) == 2
    assert sorted(message.topic for message in desk.bus.sent) == ["project.changes", "transcription.requests"]
    assert await desk.rows() == 0


async def test_a_whole_life_through_the_store(desk: Desk) -> None:
    await upload(desk)
    project = await desk.finish()
    assert project.state is State.COMPLETED
    loaded = await desk.projects.document("p1", DocumentKey(DocumentKind.PLAN, 1))
    assert loaded is not None
    assert [s.visual_prompt for s in loaded.scenes] == ["prompt 0", "prompt 1"]  # type: ignore[union-attr]
    assert not (await desk.home.store.query(Query(tables.DISPATCH, "image"))).items


async def test_old_revisions_are_forgotten(desk: Desk) -> None:
    await upload(desk)
    await desk.finish()
    for number in range(12):
        await desk.apply(inputs.EditPlan(plan(scene(0, f"prompt {number}"), scene(1))))
        await desk.apply(inputs.EditTranscript(transcript(f"one two {number}")))
    project = await desk.load()
    assert [revision.number for revision in project.plans] == list(range(6, 14))
    assert await desk.projects.document("p1", DocumentKey(DocumentKind.PLAN, 5)) is None
    assert await desk.projects.document("p1", DocumentKey(DocumentKind.PLAN, 6)) is not None
    rows = await desk.home.store.query(Query(tables.SCENES, "p1"))
    assert len(rows.items) == 8 * 3
    texts = await desk.home.store.query(Query(tables.TRANSCRIPTS, "p1", index="project"))
    assert len(texts.items) == 8


async def test_of_two_replicas_one_gives_the_lease(desk: Desk) -> None:
    await upload(desk)
    (request,) = (await desk.load()).requests
    replicas = [workflow(desk.home, desk.bus, desk.clock) for _ in range(4)]
    answers = await asyncio.gather(
        *(replica.apply("p1", inputs.Begin(request.request_id, f"w{n}")) for n, replica in enumerate(replicas))
    )
    assert sorted(type(applied.answer).__name__ for applied in answers) == ["Go", "Wait", "Wait", "Wait"]


async def test_a_key_is_obeyed_once(desk: Desk) -> None:
    guard = Guard(OWNER, once=Once("t#u#cancel#1", "d"))
    first = await desk.apply(inputs.Cancel(), guard)
    again = await desk.apply(inputs.Cancel(), guard)
    assert first.project == again.project
    with pytest.raises(Refused) as refused:
        await desk.apply(inputs.Cancel(), Guard(OWNER, once=Once("t#u#cancel#1", "other")))
    assert refused.value.reason_code == "idempotency_key_reused"
    unchanged = Guard(OWNER, once=Once("t#u#cancel#2", "d"))
    await desk.apply(inputs.Cancel(), unchanged)
    assert await desk.projects.obeyed(Once("t#u#cancel#2", "d")) is not None, "also when it changed nothing"


async def test_creating_with_one_key_makes_one_project(desk: Desk) -> None:
    once = Once("t#u#create#1", "d")
    made = await asyncio.gather(
        *(
            workflow(desk.home, desk.bus, desk.clock).create(inputs.Create(f"n{n}", "t", "u", ProjectSettings()), once)
            for n in range(3)
        )
    )
    assert len({project.project_id for project in made}) == 1


async def test_guards_hold(desk: Desk) -> None:
    for guard, code in ((Guard("t#other"), "project_not_found"), (Guard(OWNER, if_version=9), "version_conflict")):
        with pytest.raises(Refused) as refused:
            await desk.apply(inputs.Cancel(), guard)
        assert refused.value.reason_code == code
    with pytest.raises(Refused):
        await desk.workflow.apply("p2", inputs.Cancel())


async def test_costs_are_in_the_ledger_and_stay(desk: Desk) -> None:
    await upload(desk)
    (request,) = (await desk.load()).requests
    asked = next(m for m in desk.bus.sent if m.topic == "transcription.requests")
    fact = answer(requests.TranscriptionRequested.FromString(asked.value), cost_usd=0.06)
    assert isinstance(fact, facts.TranscriptReady)
    await desk.apply(fact)
    await desk.apply(inputs.Delete())
    item = await desk.home.store.get(tables.USAGE, {"request_id": request.request_id, "attempt": 1})
    assert item is not None
    assert (item["cost_usd"], item["stage"], item["owner"]) == (0.06, "transcription", OWNER)


async def test_deleting_removes_words_scenes_and_blobs(desk: Desk) -> None:
    await upload(desk)
    project = await desk.finish()
    keys = [
        "audio-projects/p1/audio",
        "audio-projects/p1/segments/a.mp4",
        "final-videos/p1/1/final_video.mp4",
        f"ai-generated/{project.ordered[0]}.jpg",
    ]
    for key in (*keys, "audio-projects/p2/audio"):
        await desk.home.blobs.put_bytes(key, b"x", content_type="text/plain")
    await desk.apply(inputs.Delete())
    await desk.apply(inputs.Tick())
    left = [info.key async for info in desk.home.blobs.list("")]
    assert left == ["audio-projects/p2/audio"]
    assert not (await desk.home.store.query(Query(tables.SCENES, "p1"))).items
    assert not (await desk.home.store.query(Query(tables.TRANSCRIPTS, "p1", index="project"))).items
    assert not (await desk.home.store.query(Query(tables.REFERENCES, "t#u#mine"))).items
    assert await desk.projects.due(desk.clock.now_s()) == []
    assert await desk.projects.scheduled() == ["p1"], "once more a day later"


async def test_a_newer_item_is_refused_in_a_sentence(desk: Desk) -> None:
    item = project_item(await desk.load())
    with pytest.raises(StateTooNew, match="upgrade"):
        item_project({**item, "schema_version": SCHEMA_VERSION + 1})


async def test_an_older_item_is_migrated_when_it_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await desk.load()
    monkeypatch.setattr(codec, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    monkeypatch.setattr(codec, "_MIGRATIONS", {SCHEMA_VERSION: lambda fields: {**fields, "client_reference": "new"}})
    migrated = item_project({**project_item(project), "schema_version": SCHEMA_VERSION})
    assert migrated == replace(project, client_reference="new")


async def test_a_lease_that_we_cannot_decide_about_stops_the_project(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    await upload(desk)
    (request,) = (await desk.load()).requests
    monkeypatch.setitem(core._HANDLERS, inputs.Begin, broken)
    asked = work_pb2.BeginRequest(project_id="p1", request_id=request.request_id, worker="w")
    answered = await WorkServicer(desk.workflow).Begin(asked, NoContext())
    assert answered.drop.why == "failed"
    assert (await desk.load()).state is State.FAILED


async def test_work_for_a_project_that_is_gone_is_dropped(desk: Desk) -> None:
    servicer = WorkServicer(desk.workflow)
    begun = await servicer.Begin(work_pb2.BeginRequest(project_id="gone"), NoContext())
    beaten = await servicer.Beat(work_pb2.BeatRequest(project_id="gone"), NoContext())
    assert (begun.drop.why, beaten.stop.why) == ("unknown", "unknown")


class NoContext:
    def invocation_metadata(self) -> None:
        return None
