"""The worker shell when time passes: outages, deadlines, leases, shutdowns. The clock is turned by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as Proto

from reelwright.events.v1.facts_pb2 import ScenesPlanned, WorkFailed
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_chassis.bus.port import Bus, Message, Record
from reelwright_chassis.envelope import decode, encode
from reelwright_chassis.errors import Stopped, Unavailable
from reelwright_chassis.testing import EmbeddedParts, FakeClock, embedded_parts, running
from reelwright_chassis.worker import Job, Worker
from reelwright_chassis.worker.bound import BoundWorker
from reelwright_chassis.worker.dead_letters import DeadLetters, RateLimit
from reelwright_chassis.worker.lease import Go, Wait

Handler = Callable[[PlanRequested, Job], Awaitable[Proto]]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[EmbeddedParts]:
    async with embedded_parts(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def bind(here: EmbeddedParts, handler: Handler, clock: FakeClock, instance: str = "a") -> BoundWorker[PlanRequested]:
    worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=2)
    worker.handles(handler)
    return worker.bind(replace(here.parts, instance=instance), leases=here.director, clock=clock)


async def publish(here: EmbeddedParts, *request_ids: str) -> None:
    requests = [PlanRequested(project_id="p1", request_id=name) for name in request_ids]
    await here.parts.bus.publish([encode(request, source="test") for request in requests])


async def next_fact(facts: AsyncIterator[Record]) -> Any:
    async with asyncio.timeout(30):
        return decode(await anext(facts), ScenesPlanned, WorkFailed)


class Handling:
    """A handler that tells when it was called, and returns when it may."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.jobs: list[Job] = []
        self.called = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self, request: PlanRequested, job: Job) -> ScenesPlanned:
        self.calls.append(request.request_id)
        self.jobs.append(job)
        self.called.set()
        await self.may_end.wait()
        return ScenesPlanned()


async def test_while_the_director_is_away_nothing_is_begun(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    handling.may_end.set()
    worker, facts = bind(here, handling, clock), here.parts.bus.follow("results")
    here.director.away = True
    await publish(here, "r1")
    async with running(worker):
        for _ in range(3):
            await clock.until_asleep(at_most_s=15.0)
            assert not worker.ready
            await clock.advance(20.0)
        here.director.away = False
        await clock.until_asleep(at_most_s=15.0)
        await clock.advance(20.0)
        assert (await next_fact(facts)).work.attempt == 1
        assert worker.ready
    assert handling.calls == ["r1"]


class AwayBus:
    """A bus that cannot publish for as often as it is told."""

    def __init__(self, bus: Bus, topic: str, times: int) -> None:
        self._bus, self._topic, self._times = bus, topic, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish(self, messages: Sequence[Message]) -> None:
        if self._times and messages[0].topic == self._topic:
            self._times -= 1
            raise Unavailable("on purpose")
        await self._bus.publish(messages)


async def test_a_fact_waits_for_the_bus_and_is_made_once(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    handling.may_end.set()
    facts = here.parts.bus.follow("results")
    away: Any = AwayBus(here.parts.bus, "results", times=2)
    broken = EmbeddedParts(replace(here.parts, bus=away), here.director)
    await publish(here, "r1")
    async with running(bind(broken, handling, clock)):
        await clock.until_asleep(at_most_s=0.5)
        assert await here.parts.bus.lag("plan.requests", "planner") == 1
        await clock.advance(5.0)
        await next_fact(facts)
    assert handling.calls == ["r1"]
    assert await here.parts.bus.lag("plan.requests", "planner") == 0


async def test_progress_that_cannot_be_sent_is_lost(here: EmbeddedParts, clock: FakeClock) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        job.progress(50, "half")
        await clock.until_asleep(at_least_s=1.0, at_most_s=1.0)  # it was tried
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    away: Any = AwayBus(here.parts.bus, "progress", times=1)
    broken = EmbeddedParts(replace(here.parts, bus=away), here.director)
    await publish(here, "r1")
    async with running(bind(broken, plan, clock)):
        assert isinstance(await next_fact(facts), ScenesPlanned)


async def test_a_handlers_outage_counts_no_attempt(here: EmbeddedParts, clock: FakeClock) -> None:
    calls: list[int] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        calls.append(job.attempt)
        if len(calls) < 20:
            raise Unavailable("the blobs are away")
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    await publish(here, "r1")
    async with running(bind(here, plan, clock)):
        while len(calls) < 20:
            await clock.until_asleep(at_most_s=14.9)
            await clock.advance(15.0)
        assert isinstance(await next_fact(facts), ScenesPlanned)
    assert set(calls) == {1}
    assert len(here.director.begun) == 1


async def test_the_lease_is_kept_while_the_work_runs(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    facts = here.parts.bus.follow("results")
    await publish(here, "r1")
    async with running(bind(here, handling, clock)):
        await handling.called.wait()
        await clock.advance(100.0)
        assert here.director.beats == [("r1", 1)] * 6
        here.director.away = True
        await clock.advance(100.0)
        assert not handling.jobs[0].stopped, "without the director running work goes on"
        here.director.away = False
        handling.may_end.set()
        assert isinstance(await next_fact(facts), ScenesPlanned)


async def test_a_paid_call_waits_for_the_director(here: EmbeddedParts, clock: FakeClock) -> None:
    confirming, confirmed = asyncio.Event(), asyncio.Event()

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        confirming.set()
        await job.confirm()
        confirmed.set()
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    worker = bind(here, plan, clock)
    await publish(here, "r1")
    async with running(worker):
        here.director.will_answer("r1", Go(1, 45.0, 900.0))
        await here.director.next_begin()
        here.director.away = True
        await confirming.wait()
        await clock.until_asleep(at_most_s=1.0)
        await clock.advance(60.0)
        assert not confirmed.is_set()
        assert not worker.ready
        here.director.away = False
        await clock.advance(30.0)
        await next_fact(facts)
        assert here.director.confirmed == ["r1"]


async def test_a_stop_is_heard_at_the_next_beat(here: EmbeddedParts, clock: FakeClock) -> None:
    stopped = asyncio.Event()

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        while not job.stopped:
            await clock.sleep(1.0)
        stopped.set()
        raise Stopped

    await publish(here, "r1")
    async with running(bind(here, plan, clock)):
        await clock.until_asleep(at_most_s=1.0)
        here.director.will_stop("r1", "deleted")
        await clock.advance(20.0)
        await stopped.wait()
    assert await here.parts.bus.lag("plan.requests", "planner") == 0
    assert await here.parts.bus.lag("results", "anybody") == 0


async def test_who_lost_the_lease_asks_for_it_again(here: EmbeddedParts, clock: FakeClock) -> None:
    """The bus delivers the record to nobody else as long as this worker lives."""

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        while job.attempt == 1:
            if job.stopped:
                raise Stopped
            await clock.sleep(1.0)
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    await publish(here, "r1")
    async with running(bind(here, plan, clock)):
        await clock.until_asleep(at_most_s=1.0)
        here.director.will_stop("r1", "lost")
        while len(here.director.begun) == 1:
            await clock.until_asleep(at_most_s=1.0)
            await clock.advance(1.0)
        assert (await next_fact(facts)).work.attempt == 2
    assert await here.parts.bus.lag("plan.requests", "planner") == 0


async def test_a_handler_that_does_not_hear_the_stop_is_cancelled(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    await publish(here, "r1")
    async with running(bind(here, handling, clock)):
        await handling.called.wait()
        here.director.will_stop("r1")
        await clock.advance(16.0)
        assert handling.jobs[0].stopped
        assert handling.jobs[0].scratch.exists()
        await clock.advance(31.0)
    assert not handling.jobs[0].scratch.exists()
    assert await here.parts.bus.lag("results", "anybody") == 0


async def test_a_hung_handler_ends_at_its_deadline(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    facts = here.parts.bus.follow("results")
    here.director.will_answer("r1", Go(attempt=2, lease_s=45.0, deadline_s=300.0))
    await publish(here, "r1")
    async with running(bind(here, handling, clock)):
        await handling.called.wait()
        assert handling.jobs[0].deadline_s == 300.0
        await clock.advance(299.0)
        assert handling.jobs[0].deadline_s == 1.0
        await clock.advance(2.0)
        fact = await next_fact(facts)
    assert (fact.reason_code, fact.retryable, fact.work.attempt) == ("stalled", True, 2)


async def test_a_shutdown_lets_work_end(here: EmbeddedParts, clock: FakeClock) -> None:
    handling = Handling()
    facts, worker = here.parts.bus.follow("results"), bind(here, handling, clock)
    await publish(here, "r1")
    async with running(worker):
        await handling.called.wait()
        await publish(here, "r2")
        worker.stop()
        assert handling.jobs[0].stopped
        assert not worker.ready
        await clock.advance(10.0)
        handling.may_end.set()
        assert isinstance(await next_fact(facts), ScenesPlanned)
    assert handling.calls == ["r1"]
    assert await here.parts.bus.lag("plan.requests", "planner") == 1


@pytest.mark.parametrize("listens", [True, False])
async def test_what_a_shutdown_interrupts_is_done_by_the_next(
    here: EmbeddedParts, clock: FakeClock, listens: bool
) -> None:
    called = asyncio.Event()

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        called.set()
        while not (listens and job.stopped):
            await clock.sleep(1.0)
        raise Stopped

    worker = bind(here, plan, clock)
    await publish(here, "r1")
    async with running(worker):
        await called.wait()
        worker.stop()
        await clock.advance(30.0)
    assert await here.parts.bus.lag("plan.requests", "planner") == 1

    handling, facts = Handling(), here.parts.bus.follow("results")
    handling.may_end.set()
    async with running(bind(here, handling, clock)):
        assert (await next_fact(facts)).work.attempt == 2


async def test_a_stop_during_an_outage_is_obeyed(here: EmbeddedParts, clock: FakeClock) -> None:
    here.director.away = True
    worker = bind(here, Handling(), clock)
    await publish(here, "r1")
    async with running(worker):
        await clock.until_asleep(at_most_s=0.5)
        worker.stop()
    assert await here.parts.bus.lag("plan.requests", "planner") == 1


async def test_a_job_outlives_rebalances_and_is_adopted(here: EmbeddedParts, clock: FakeClock) -> None:
    """Another member comes, may be given the record, and goes: the job here runs on, and no twin of it."""
    mine, theirs = Handling(), Handling()
    facts = here.parts.bus.follow("results")
    here.director.will_answer("r1", Go(1, 45.0, 900.0), *[Wait(5.0)] * 3)
    await publish(here, "r1")
    async with running(bind(here, mine, clock)):
        await mine.called.wait()
        for round_number in range(2):
            async with running(bind(here, theirs, clock, f"b{round_number}")):
                await publish(here, *(f"x{round_number}{number}" for number in range(12)))
                await theirs.called.wait()
                theirs.may_end.set()
        mine.may_end.set()
        answers = [await next_fact(facts) for _ in range(25)]
    assert mine.calls.count("r1") == 1
    assert "r1" not in theirs.calls
    assert {answer.request_id for answer in answers} >= {"r1"}
    assert await here.parts.bus.lag("plan.requests", "planner") == 0


async def test_too_many_dead_letters_stop_the_pouring(here: EmbeddedParts, clock: FakeClock) -> None:
    letters = DeadLetters(here.parts.bus, "planner", clock, limit=RateLimit(2, 60.0))
    record = Record("plan.requests", 0, 0, "k", b"v", {}, 0.0)
    for _ in range(2):
        await letters.put(record, ValueError("x"), attempts=1)
    with pytest.raises(Unavailable, match="dead letters"):
        await letters.put(record, ValueError("x"), attempts=1)
    await clock.advance(61.0)
    await letters.put(record, ValueError("x"), attempts=1)
    assert await here.parts.bus.lag("plan.requests.dlq", "nobody") == 3
