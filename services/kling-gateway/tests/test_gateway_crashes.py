"""The whole handler over a store and a provider that may be cut off at any moment: money is spent once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, auto
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.facts_pb2 import AssetReady
from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import Conflict, Reject, Retry, Stopped
from reelwright_chassis.store.port import (
    Absent,
    AbsentOrBefore,
    Condition,
    Equals,
    Item,
    Key,
    Page,
    Query,
    Store,
    Table,
    Value,
)
from reelwright_chassis.testing import FakeJob
from reelwright_kling_gateway import waiting
from reelwright_kling_gateway.assets import Assets
from reelwright_kling_gateway.brakes import Brakes
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Family, Order, Product
from reelwright_kling_gateway.client.task import Charge, Status, Task
from reelwright_kling_gateway.collect import Collector, ResultLost, Stored
from reelwright_kling_gateway.generate import Studio, generate
from reelwright_kling_gateway.ladder import Rung
from reelwright_kling_gateway.ledger import LEASE_S, Holder, Ledger
from reelwright_kling_gateway.orders import Models
from reelwright_kling_gateway.poller import Pace, Poller
from reelwright_kling_gateway.prices import Prices
from reelwright_kling_gateway.probe import MediaFacts
from reelwright_kling_gateway.purchase import Desk
from reelwright_kling_gateway.slots import Slots
from reelwright_kling_gateway.steps import Policy
from reelwright_kling_gateway.submissions import State, Submission
from reelwright_kling_gateway.tables import ASSETS, SLOTS
from reelwright_kling_gateway.testing import JumpClock

MODELS = Models("kling-3.0", "kling-2.5-turbo", "kling-v3", "kling-v2-1", "720p", "2k")
SCRATCH = Path("scratch")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even its clean-up."""


@dataclass
class Life:
    """One process: it dies at its so many-th effect on the world, and then does nothing any more."""

    effects_left: int | None = None

    def pulse(self) -> None:
        if self.effects_left == 0:
            raise Killed
        if self.effects_left is not None:
            self.effects_left -= 1


@dataclass
class MemoryStore:
    """The rows outlive the processes that write them."""

    rows: dict[tuple[str, str, Any], dict[str, Value]] = field(default_factory=dict)
    life: Life = field(default_factory=Life)

    async def get(self, table: Table, key: Key) -> dict[str, Value] | None:
        return self.rows.get(self._at(table, key))

    async def put(self, table: Table, item: Item, *, when: Condition | None = None) -> None:
        self.life.pulse()
        at = self._at(table, item)
        self._check(at, when)
        self.rows[at] = dict(item)
        self.life.pulse()

    async def delete(self, table: Table, key: Key, *, when: Condition | None = None) -> None:
        self.life.pulse()
        at = self._at(table, key)
        self._check(at, when)
        self.rows.pop(at, None)

    async def query(self, query: Query) -> Page:
        table = query.table.name
        return Page([row for at, row in self.rows.items() if at[:2] == (table, query.partition)])

    def _at(self, table: Table, key: Mapping[str, Any]) -> tuple[str, str, Any]:
        return table.name, key[table.partition], key[table.sort] if table.sort else ""

    def _check(self, at: tuple[str, str, Any], when: Condition | None) -> None:
        row: Any = self.rows.get(at)
        match when:
            case Absent():
                holds = row is None
            case Equals(values):
                holds = row is not None and all(row.get(name) == value for name, value in values.items())
            case AbsentOrBefore(attribute, limit):
                holds = row is None or row[attribute] < limit
            case _:
                holds = True
        if not holds:
            raise Conflict("the condition does not hold")


class Answer(Enum):
    """What the provider does with a POST."""

    SUCCEEDS = auto()
    FAILS = auto()
    FAILS_BY_RISK_CONTROL = auto()
    SUCCEEDS_UNANSWERED = auto()
    FAILS_UNANSWERED = auto()
    UNANSWERED = auto()
    PROMPT = auto()
    REQUEST = auto()
    SLOT_FULL = auto()
    BALANCE = auto()


REFUSALS = {
    Answer.UNANSWERED: Reaction.AMBIGUOUS,
    Answer.PROMPT: Reaction.PERMANENT_PROMPT,
    Answer.REQUEST: Reaction.PERMANENT_REQUEST,
    Answer.SLOT_FULL: Reaction.SLOT_FULL,
    Answer.BALANCE: Reaction.STOP_FAMILY,
}
FAILURES = {Answer.FAILS: "bad luck", Answer.FAILS_UNANSWERED: "", Answer.FAILS_BY_RISK_CONTROL: "risk control"}


@dataclass
class Vendor:
    """A provider whose tasks become visible late, and which may accept a duplicate that it does not see yet."""

    clock: JumpClock
    answers: list[Answer]
    visible_after_s: float
    refuses_duplicates: bool
    life: Life = field(default_factory=Life)
    tasks: list[tuple[float, Task]] = field(default_factory=list)

    async def create(self, order: Order) -> Task:
        self.life.pulse()
        answer = self.answers.pop() if self.answers else Answer.SUCCEEDS
        if answer in REFUSALS:
            raise KlingError(REFUSALS[answer], "refused")
        if self.refuses_duplicates and any(task.external_id == order.external_task_id for _, task in self.tasks):
            raise KlingError(Reaction.DUPLICATE, "already exists")
        task = self._make(order, answer)
        self.life.pulse()
        if answer in (Answer.SUCCEEDS_UNANSWERED, Answer.FAILS_UNANSWERED):
            raise KlingError(Reaction.AMBIGUOUS, "no answer")
        return replace(task, status=Status.SUBMITTED, charges=())

    def _make(self, order: Order, answer: Answer) -> Task:
        status = Status.FAILED if answer in FAILURES else Status.SUCCEEDED
        charges = (Charge("unit", Decimal(1), package="image"),) if status is Status.SUCCEEDED else ()
        message = FAILURES.get(answer, "")
        task = Task(f"t{len(self.tasks)}", status, message, order.external_task_id, charges=charges)
        self.tasks.append((self.clock.now_s() + self.visible_after_s, task))
        return task

    async def find(self, product: Product, external_task_id: str) -> Task | None:
        self.life.pulse()
        return next((task for task in self._visible() if task.external_id == external_task_id), None)

    async def read(self, product: Product, task_ids: Sequence[str]) -> list[Task]:
        return [task for task in self._visible() if task.id in task_ids]

    def batch_limit(self, product: Product) -> int:
        return 20

    def _visible(self) -> list[Task]:
        return [task for visible_s, task in self.tasks if visible_s <= self.clock.now_s()]

    @property
    def charged(self) -> list[Task]:
        return [task for _, task in self.tasks if task.charges]


@dataclass
class Shelf:
    """In place of downloads: a result is there, or lost."""

    lost: list[bool]

    async def collect(self, submission: Submission, job: object) -> Stored:
        if self.lost and self.lost.pop():
            raise ResultLost
        return Stored(BlobRef(key=f"ai-generated/{submission.asset_id}.mp4"), MediaFacts("video/mp4", 72, 128, 5.0))


class NoBlobs:
    async def stat(self, key: str) -> object:
        return object()


@dataclass
class World:
    """All that outlives a process."""

    clock: JumpClock
    store: MemoryStore
    vendor: Vendor
    shelf: Shelf

    def studio(self, life: Life) -> Studio:
        """A new process."""
        self.store.life = self.vendor.life = life
        store = cast(Store, self.store)
        desk = Desk(
            provider=self.vendor,
            ledger=Ledger(store, self.clock),
            slots=Slots(store, self.clock, account="a", limits={Family.VIDEO: 2, Family.IMAGE: 2}),
            poller=Poller(self.vendor, self.clock, Pace()),
            clock=self.clock,
            policy=Policy(),
            brakes=Brakes(self.clock),
        )
        return Studio(
            desk=desk,
            collector=cast(Collector, self.shelf),
            assets=Assets(store, cast(Blobs, NoBlobs()), self.clock),
            prices=Prices(counts_money=True),
            models=MODELS,
            simulated=False,
        )

    def slots_held(self) -> int:
        return sum(table == SLOTS.name for table, _, _ in self.store.rows)


def request(**more: Any) -> AssetRequested:
    fields: dict[str, Any] = {
        "request_id": "request",
        "asset_id": "asset",
        "kind": media_pb2.ASSET_KIND_CLIP,
        "prompt": "waves",
        "duration_s": 5.0,
        "lowest_rung": media_pb2.RUNG_CARD,
        "cost_cap_usd": 100.0,
    }
    return AssetRequested(**(fields | more))


async def live(world: World, attempt: int, dies_after: int | None, asked: AssetRequested) -> AssetReady | Reject | None:
    """One attempt in one process; None when it died or wants to go on later."""
    studio = world.studio(Life(dies_after))
    try:
        return await generate(studio, asked, FakeJob(SCRATCH, attempt=attempt))
    except Reject as error:
        return error
    except Retry as error:
        world.clock.advance(error.delay_s or 1.0)
    except Killed:
        world.clock.advance(1.0)
    finally:
        await studio.desk.close()
    return None


WORLDS = st.builds(
    lambda answers, lost, visible_after_s, refuses: World(
        clock := JumpClock(), MemoryStore(), Vendor(clock, answers, visible_after_s, refuses), Shelf(lost)
    ),
    answers=st.lists(st.sampled_from(Answer), max_size=6),
    lost=st.lists(st.booleans(), max_size=2),
    visible_after_s=st.sampled_from([0.0, 4.0, 60.0]),
    refuses=st.booleans(),
)
ASKED = st.builds(
    request,
    kind=st.sampled_from([media_pb2.ASSET_KIND_CLIP, media_pb2.ASSET_KIND_STILL]),
    lowest_rung=st.sampled_from([1, 2, 3, 4, 5]),
    cost_cap_usd=st.sampled_from([0.0, 0.03, 0.5, 9.0, 9.0, 9.0, 9.0, 9.0]),
)


@settings(max_examples=300, deadline=None)
@given(WORLDS, ASKED, st.lists(st.integers(0, 40), max_size=8))
def test_whatever_dies_each_rung_is_paid_once_and_one_success_is_bought(
    world: World, asked: AssetRequested, deaths: list[int]
) -> None:
    async def lives() -> AssetReady | Reject:
        for attempt in range(1, 60):
            end = await live(world, attempt, deaths.pop() if deaths else None, asked)
            if end is not None:
                return end
        raise AssertionError("it never ends")

    end = asyncio.run(lives())
    charged = world.vendor.charged
    assert len(charged) <= 1
    assert len({task.external_id for _, task in world.vendor.tasks}) == len(world.vendor.tasks)
    assert world.slots_held() == 0
    if isinstance(end, Reject):
        event(f"rejected: {end.reason_code}")
        assert end.cost_usd == pytest.approx(0.0035 * len(charged))
        return
    event(f"made: {end.asset.rung}")
    assert end.asset.calls_charged == len(charged)
    assert end.asset.cost_usd == pytest.approx(0.0035 * len(charged))
    assert end.asset.cost_usd <= asked.cost_cap_usd or end.asset.calls_charged == 0


@pytest.fixture
def world() -> World:
    clock = JumpClock()
    return World(clock, MemoryStore(), Vendor(clock, [], 0.0, refuses_duplicates=False), Shelf([]))


async def test_a_success_that_is_asked_for_again_asks_nobody(world: World) -> None:
    first = await live(world, 1, None, request())
    world.vendor.answers = [Answer.PROMPT]
    again = await live(world, 2, None, request())
    assert isinstance(first, AssetReady)
    assert isinstance(again, AssetReady)
    assert again.asset == first.asset
    assert len(world.vendor.tasks) == 1


ORDER = Order(Product.CLIP, "kling-3.0", "waves", "9:16", "720p", 5, "asset-planned")
SUBMISSION = Submission("asset", Rung.PLANNED, ORDER, 0.42)


async def test_a_later_attempt_takes_over_and_the_earlier_one_writes_no_more(world: World) -> None:
    ledger = world.studio(Life()).desk.ledger
    early = await ledger.open(SUBMISSION, Holder("request", "a", 1))
    late = await ledger.take(SUBMISSION, Holder("request", "b", 2))
    posting = replace(SUBMISSION, state=State.POSTING)
    with pytest.raises(Retry):
        await ledger.save(early, posting)
    assert (await ledger.save(late, posting)).version == late.version + 1
    with pytest.raises(Retry):
        await ledger.open(SUBMISSION, Holder("request", "c", 3))


async def test_another_request_waits_for_the_lease(world: World) -> None:
    ledger = world.studio(Life()).desk.ledger
    await ledger.open(SUBMISSION, Holder("request", "a", 1))
    other = Holder("another request", "b", 1)
    with pytest.raises(Retry) as caught:
        await ledger.take(SUBMISSION, other)
    assert caught.value.delay_s == pytest.approx(LEASE_S)
    with pytest.raises(Retry):
        await ledger.take(SUBMISSION, Holder("request", "a", 0))
    world.clock.advance(LEASE_S + 1)
    assert (await ledger.take(SUBMISSION, other)).holder == other


async def test_an_attempt_that_slept_through_its_successor_posts_nothing(world: World) -> None:
    """The director's answer came late, and its successor had already looked, posted and finished."""
    asked, early = asyncio.Event(), world.studio(Life())
    answered = asyncio.Event()

    class Slow(FakeJob):
        async def confirm(self) -> None:
            asked.set()
            await answered.wait()

    slow = asyncio.create_task(generate(early, request(), Slow(SCRATCH)))
    await asked.wait()
    assert isinstance(await live(world, 2, None, request()), AssetReady)
    answered.set()
    with pytest.raises(Retry):
        await slow
    assert len(world.vendor.tasks) == 1


async def test_a_late_answer_of_the_director_has_the_row_written_again(world: World) -> None:
    studio = world.studio(Life())

    class Late(FakeJob):
        async def confirm(self) -> None:
            world.clock.advance(30.0)

    fact = await generate(studio, request(), Late(SCRATCH))
    assert fact.asset.rung == media_pb2.RUNG_PLANNED
    [row] = [row for (table, _, _), row in world.store.rows.items() if table == "submissions"]
    assert row["version"] == 5  # intent, posting, posting again, running, succeeded


async def test_a_task_that_cannot_be_followed_is_left_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    studio = world.studio(Life())
    job = FakeJob(SCRATCH)
    gone = asyncio.Event()

    async def refused(product: Product, task_ids: Sequence[str]) -> list[Task]:
        job.stopped = True
        await gone.wait()
        raise KlingError(Reaction.FIX_CREDENTIALS, "no")

    monkeypatch.setattr(world.vendor, "read", refused)
    with pytest.raises(Stopped):
        await generate(studio, request(), job)
    gone.set()
    await asyncio.gather(*studio.desk.orphans)
    [stored] = await studio.desk.ledger.submissions("asset")
    assert stored.state is State.RUNNING
    await studio.desk.close()


async def test_closing_drops_whom_nobody_waits_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    studio = world.studio(Life())
    job = FakeJob(SCRATCH)

    async def stuck(product: Product, task_ids: Sequence[str]) -> list[Task]:
        job.stopped = True
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(world.vendor, "read", stuck)
    with pytest.raises(Stopped):
        await generate(studio, request(), job)
    assert len(studio.desk.orphans) == 1
    await studio.desk.close()
    assert not studio.desk.orphans


async def test_a_stop_before_the_post_leaves_nothing_in_doubt(world: World) -> None:
    studio = world.studio(Life())

    class Unwanted(FakeJob):
        """From the second time on, which is right before the POST."""

        asked = 0

        async def confirm(self) -> None:
            self.asked += 1
            if self.asked > 1:
                raise Stopped("cancelled")

    with pytest.raises(Stopped):
        await generate(studio, request(), Unwanted(SCRATCH))
    [stored] = await studio.desk.ledger.submissions("asset")
    assert stored.state is State.INTENT
    assert world.vendor.tasks == []
    assert world.slots_held() == 0


async def test_of_what_is_no_longer_wanted_no_row_is_begun(world: World) -> None:
    """Its project may have been deleted, and what was kept of it."""
    studio = world.studio(Life())

    class Unwanted(FakeJob):
        async def confirm(self) -> None:
            raise Stopped("deleted")

    with pytest.raises(Stopped):
        await generate(studio, request(), Unwanted(SCRATCH))
    assert not await studio.desk.ledger.submissions("asset")
    assert await studio.desk.ledger._store.get(ASSETS, {"asset_id": "asset"}) is None


async def test_a_stop_while_a_task_runs_books_its_end_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    studio = world.studio(Life())
    job = FakeJob(SCRATCH)
    gone = asyncio.Event()
    read = world.vendor.read

    async def slow_read(product: Product, task_ids: Sequence[str]) -> list[Task]:
        job.stopped = True
        await gone.wait()
        return await read(product, task_ids)

    monkeypatch.setattr(world.vendor, "read", slow_read)
    with pytest.raises(Stopped):
        await generate(studio, request(), job)
    assert world.slots_held() == 1
    gone.set()
    await asyncio.gather(*studio.desk.orphans)
    [stored] = await studio.desk.ledger.submissions("asset")
    assert stored.state is State.SUCCEEDED
    assert world.slots_held() == 0
    again = await live(world, 2, None, request())
    assert isinstance(again, AssetReady)
    assert len(world.vendor.tasks) == 1


async def test_a_family_without_balance_is_stopped_for_a_while(world: World) -> None:
    world.vendor.answers = [Answer.BALANCE] * 9
    studio = world.studio(Life())
    for asset_id in ("one", "two"):
        with pytest.raises(Retry) as caught:
            await generate(studio, request(asset_id=asset_id), FakeJob(SCRATCH))
        assert caught.value.reason_code == "kling_balance"
    assert len(world.vendor.answers) == 8
    world.clock.advance(61)
    with pytest.raises(Retry):
        await generate(studio, request(), FakeJob(SCRATCH))
    assert len(world.vendor.answers) == 7
    await generate(studio, request(asset_id="three", kind=media_pb2.ASSET_KIND_CARD), FakeJob(SCRATCH))
    assert not studio.desk.brakes.credentials_refused


async def test_a_cap_that_was_lowered_meanwhile_holds(world: World) -> None:
    world.vendor.answers = [Answer.BALANCE]
    assert await live(world, 1, None, request()) is None
    end = await live(world, 2, None, request(cost_cap_usd=0.1))
    assert isinstance(end, Reject)
    assert end.reason_code == "budget_exceeded"
    assert world.vendor.tasks == []


class Patient(FakeJob):
    """Tells when it says what it is doing."""

    def __init__(self, scratch: Path) -> None:
        super().__init__(scratch)
        self.waits = asyncio.Event()

    def progress(self, percent: float, doing: str) -> None:
        super().progress(percent, doing)
        self.waits.set()


async def test_a_slot_is_waited_for_and_a_deadline_ends_the_wait(world: World) -> None:
    slots = world.studio(Life()).desk.slots
    job = FakeJob(SCRATCH)
    await slots.acquire(Family.VIDEO, "one", job)
    await slots.acquire(Family.VIDEO, "two", job)
    await slots.acquire(Family.VIDEO, "two", job)
    assert not await slots.try_acquire(Family.VIDEO, "three")
    assert await slots.try_acquire(Family.IMAGE, "three")
    job.deadline_s = 30.0
    with pytest.raises(Retry) as caught:
        await slots.acquire(Family.VIDEO, "three", job)
    assert caught.value.reason_code == "provider_slot"
    patient = Patient(SCRATCH)
    waits = asyncio.create_task(slots.acquire(Family.VIDEO, "three", patient))
    await patient.waits.wait()
    await slots.release(Family.VIDEO, "one")
    await waits
    assert patient.told[-1][1] == "waiting for a slot"


async def test_the_slot_of_a_holder_that_vanished_comes_free(world: World) -> None:
    slots = world.studio(Life()).desk.slots
    for holder in ("one", "two"):
        assert await slots.try_acquire(Family.VIDEO, holder)
    world.clock.advance(2701)
    assert await slots.try_acquire(Family.VIDEO, "three")
    assert await slots.try_acquire(Family.VIDEO, "two")
    assert not await slots.try_acquire(Family.VIDEO, "one")
    await slots.release(Family.VIDEO, "one")
