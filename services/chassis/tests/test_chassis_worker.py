"""The worker shell on real embedded parts: what becomes of a request."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as Proto

from reelwright.events.v1.facts_pb2 import Progressed, ScenesPlanned, Work, WorkFailed
from reelwright.events.v1.media_pb2 import ScenePlan
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.envelope import decode, encode, trace_of
from reelwright_chassis.errors import Reject, Retry, Stopped
from reelwright_chassis.letters import REDRIVE
from reelwright_chassis.testing import EmbeddedParts, ask, embedded_parts, running
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.worker import Job, RetryPolicy, Worker
from reelwright_chassis.worker.bound import BoundWorker
from reelwright_chassis.worker.lease import Drop, Wait

Handler = Callable[[PlanRequested, Job], Awaitable[Proto]]

IDS: dict[str, Any] = {"tenant_id": "t", "user_id": "u", "project_id": "p1"}
AT_ONCE = RetryPolicy(base_s=0.001, tries=3)


def request(request_id: str = "r1") -> PlanRequested:
    return PlanRequested(**IDS, request_id=request_id)


def bind(here: EmbeddedParts, handler: Handler, concurrency: int = 2) -> BoundWorker[PlanRequested]:
    worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=concurrency, retry=AT_ONCE)
    worker.handles(handler)
    return worker.bind(here.parts, leases=here.director)


async def publish(here: EmbeddedParts, *request_ids: str) -> None:
    await here.parts.bus.publish([encode(request(name), source="test") for name in request_ids])


async def failed(here: EmbeddedParts, handler: Handler) -> WorkFailed:
    fact = await ask(bind(here, handler), here.parts, request())
    assert isinstance(fact, WorkFailed)
    return fact


async def next_of(records: AsyncIterator[Record]) -> Record:
    async with asyncio.timeout(30):
        return await anext(records)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[EmbeddedParts]:
    async with embedded_parts(tmp_path) as opened:
        yield opened


async def test_a_request_is_answered_with_a_signed_fact(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        assert (job.request_id, job.project_id, job.worker, job.attempt) == ("r1", "p1", "test-worker", 1)
        assert not job.stopped
        assert 0 < job.deadline_s <= 900
        return ScenesPlanned(plan=ScenePlan(title="A title"), work=Work(cost_usd=0.25))

    worker = Worker("planner", topic="plan.requests", request=PlanRequested)
    worker.handles(plan)
    fact = await ask(worker.bind(here.parts), here.parts, request())  # over gRPC
    assert isinstance(fact, ScenesPlanned)
    assert fact.plan.title == "A title"
    assert (fact.tenant_id, fact.user_id, fact.project_id, fact.request_id) == ("t", "u", "p1", "r1")
    assert (fact.work.worker, fact.work.attempt, fact.work.cost_usd) == ("test-worker", 1, 0.25)
    assert 0 < fact.work.started_at.ToSeconds() <= fact.work.finished_at.ToSeconds()
    assert await here.parts.bus.lag("plan.requests", "planner") == 0


async def test_the_trace_goes_on(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return ScenesPlanned()

    trace, facts = TraceContext.new(), here.parts.bus.follow("results")
    async with running(bind(here, plan)):
        await here.parts.bus.publish([encode(request(), source="test", trace=trace)])
        answer = trace_of(await next_of(facts))
    assert answer is not None
    assert answer.trace_id == trace.trace_id


async def test_scratch_is_the_attempts_own_and_vanishes(here: EmbeddedParts) -> None:
    folders: list[Path] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        folders.append(job.scratch)
        (job.scratch / "file").write_text("x")
        return ScenesPlanned()

    await ask(bind(here, plan), here.parts, request())
    assert folders[0].parent == here.parts.scratch
    assert not folders[0].exists()


async def test_a_rejection_says_what_to_do(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        raise Reject("internal", "It has no words.", remedy="Say something.", cost_usd=0.5)

    fact = await failed(here, plan)
    assert (fact.reason_code, fact.message, fact.remedy) == ("internal", "It has no words.", "Say something.")
    assert (fact.retryable, fact.work.cost_usd, fact.request_id) == (False, 0.5, "r1")


async def test_a_retry_in_place_is_the_same_attempt_and_adds_up_its_costs(here: EmbeddedParts) -> None:
    attempts: list[int] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        attempts.append(job.attempt)
        if len(attempts) < 3:
            raise Retry("not yet", delay_s=0.001, cost_usd=0.25)
        return ScenesPlanned(work=Work(cost_usd=1.0))

    fact = await ask(bind(here, plan), here.parts, request())
    assert isinstance(fact, ScenesPlanned)
    assert (attempts, fact.work.cost_usd) == ([1, 1, 1], 1.5)
    assert len(here.director.begun) == 1


async def test_a_long_delay_is_left_to_the_director(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        raise Retry("busy", reason_code="transient", delay_s=300)

    fact = await failed(here, plan)
    assert (fact.reason_code, fact.message, fact.retryable) == ("transient", "busy", True)
    assert fact.retry_after_s >= 300


async def test_the_unforeseen_counts_as_transient_and_tells_no_secrets(here: EmbeddedParts) -> None:
    calls: list[int] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        calls.append(1)
        raise KeyError("somebody's words")

    fact = await failed(here, plan)
    assert len(calls) == AT_ONCE.tries + 1
    assert (fact.reason_code, fact.retryable) == ("internal", True)
    assert "somebody" not in fact.message


@pytest.mark.parametrize(
    "make", [lambda: ScenesPlanned(plan=ScenePlan(title="x" * 1_100_000)), PlanRequested, lambda: None]
)
async def test_an_answer_that_cannot_be_sent_is_the_handlers_fault(here: EmbeddedParts, make: Any) -> None:
    async def plan(request: PlanRequested, job: Job) -> Proto:
        return make()  # type: ignore[no-any-return]

    assert (await failed(here, plan)).reason_code == "internal"


BROKEN = [
    Message("plan.requests", "r0", b"\xff\xff", encode(request(), source="x").headers),
    Message("plan.requests", "r0", request().SerializeToString(), {}),
    encode(PlanRequested(**IDS), source="x"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_cannot_be_read_goes_aside_and_blocks_nothing(here: EmbeddedParts, broken: Message) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return ScenesPlanned()

    letters = here.parts.bus.follow("plan.requests.dlq")
    await here.parts.bus.publish([broken])
    assert isinstance(await ask(bind(here, plan), here.parts, request("r2")), ScenesPlanned)
    letter = await next_of(letters)
    assert (letter.key, letter.value) == (broken.key, broken.value)
    assert letter.headers.items() >= broken.headers.items()
    assert letter.headers["dlq_topic"] == b"plan.requests"
    assert letter.headers["dlq_group"] == b"planner"
    assert letter.headers["dlq_error"] == b"reelwright_chassis.errors.Undecodable"
    assert await here.parts.bus.lag("plan.requests", "planner") == 0
    assert [subject.request_id for subject in here.director.begun] == ["r2"]


async def test_a_project_is_told_that_its_request_cannot_be_read(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    await here.parts.bus.publish([BROKEN[0]])
    async with running(bind(here, plan)):
        fact = decode(await next_of(facts), WorkFailed)
    assert (fact.project_id, fact.request_id, fact.reason_code) == ("p1", "r0", "undecodable")
    assert not fact.retryable


async def test_a_redriven_record_is_begun_as_such(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return ScenesPlanned()

    plain = encode(request(), source="test")
    facts = here.parts.bus.follow("results")
    await here.parts.bus.publish([Message(plain.topic, plain.key, plain.value, {**plain.headers, REDRIVE: b"again"})])
    async with running(bind(here, plan)):
        await next_of(facts)
    assert [subject.redrive for subject in here.director.begun] == ["again"]


async def test_a_dropped_request_is_not_begun(here: EmbeddedParts) -> None:
    called: list[str] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        called.append(request.request_id)
        return ScenesPlanned()

    here.director.will_answer("r1", Drop("canceled"))
    await publish(here, "r1")
    await ask(bind(here, plan), here.parts, request("r2"))
    assert called == ["r2"]
    assert await here.parts.bus.lag("plan.requests", "planner") == 0


async def test_what_another_holds_waits_and_lets_others_by(here: EmbeddedParts) -> None:
    done: list[str] = []

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        done.append(request.request_id)
        return ScenesPlanned()

    here.director.will_answer("r1", Wait(0.05), Wait(0.05))
    facts = here.parts.bus.follow("results")
    await publish(here, "r1")
    async with running(bind(here, plan, concurrency=1)):
        await publish(here, "r2")
        await next_of(facts)
        await next_of(facts)
    assert sorted(done) == ["r1", "r2"]
    assert sum(subject.request_id == "r1" for subject in here.director.begun) == 3


async def test_no_more_handlers_run_than_asked_for(here: EmbeddedParts) -> None:
    at_once, most = 0, 0
    full, go = asyncio.Event(), asyncio.Event()

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == 3:
            full.set()
        await go.wait()
        at_once -= 1
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    async with running(bind(here, plan, concurrency=3)):
        await publish(here, *(f"r{number}" for number in range(20)))
        await full.wait()
        go.set()
        answered = {decode(await next_of(facts), ScenesPlanned).request_id for _ in range(20)}
    assert (len(answered), most) == (20, 3)


async def test_a_canceled_request_is_told_to_stop(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        if request.request_id == "r1":
            here.director.will_stop("r1")
            with pytest.raises(Stopped):
                await job.confirm()
            assert job.stopped
            job.raise_if_stopped()
        return ScenesPlanned()

    facts = here.parts.bus.follow("results")
    async with running(bind(here, plan, concurrency=1)):
        await publish(here, "r1")
        await publish(here, "r2")
        assert decode(await next_of(facts), ScenesPlanned).request_id == "r2", "nothing is said of what is not wanted"
    assert here.director.beats == [("r1", 1)]


async def test_progress_from_a_thread_is_told_at_most_once_a_second(here: EmbeddedParts) -> None:
    told = here.parts.bus.follow("progress")

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        def work() -> None:
            for percent in range(200):
                job.progress(percent - 10, "thinking")

        thread = threading.Thread(target=work)
        thread.start()
        first = decode(await next_of(told), Progressed)
        thread.join()
        assert (first.stage, first.doing, first.project_id, first.request_id) == ("plan", "thinking", "p1", "r1")
        assert 0 <= first.percent <= 100
        return ScenesPlanned()

    await ask(bind(here, plan), here.parts, request())
    assert await here.parts.bus.lag("progress", "nobody") <= 2


async def test_a_worker_is_ready_while_it_is_in_its_group(here: EmbeddedParts) -> None:
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        assert worker.ready
        return ScenesPlanned()

    worker = bind(here, plan)
    assert not worker.ready
    await ask(worker, here.parts, request())
    assert not worker.ready
    assert worker.name == "planner"


def test_a_worker_without_a_handler_cannot_be_bound() -> None:
    with pytest.raises(ValueError, match="handler"):
        Worker("planner", topic="plan.requests", request=PlanRequested).bind(None)  # type: ignore[arg-type]


async def test_a_job_leaves_nothing_for_the_garbage_collector(here: EmbeddedParts) -> None:
    """What hangs together in a circle is found by the collector alone: that slowed a busy worker by a tenth."""

    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        return ScenesPlanned()

    results = here.parts.bus.follow("results")
    async with running(bind(here, plan)):
        await publish(here, "warm")
        await next_of(results)
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for number in range(10):
                await publish(here, f"r{number}")
                await next_of(results)
            gc.collect()
        finally:
            gc.set_debug(0)
            left = [type(thing).__qualname__ for thing in gc.garbage]
            gc.garbage.clear()
    ours = {"Lease", "StopSignal", "Timer", "_Patience", "Attempt", "Handling", "Progress", "Subject"}
    assert not ours.intersection(left)
