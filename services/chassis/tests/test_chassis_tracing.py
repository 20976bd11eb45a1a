"""Steps of traces: within one another, over events and calls, told without words, and for nothing when off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.openmetrics.exposition import generate_latest

from reelwright.events.v1.facts_pb2 import ScenesPlanned
from reelwright.events.v1.requests_pb2 import PlanRequested
from reelwright.rpc.v1 import work_pb2, work_pb2_grpc
from reelwright_chassis import metrics, rpc
from reelwright_chassis.bus.port import Record
from reelwright_chassis.envelope import encode, trace_of
from reelwright_chassis.errors import NotFound, ReelwrightError, Reject, Stopped
from reelwright_chassis.exchanges import Outcome, exchange
from reelwright_chassis.serving.health import Health
from reelwright_chassis.serving.probes import probes
from reelwright_chassis.testing import embedded_parts, running
from reelwright_chassis.testing.tracing import KeptSpans, kept_spans
from reelwright_chassis.timing import observe
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import Kind, current, link, span, within
from reelwright_chassis.tracing.calls import is_command
from reelwright_chassis.tracing.messaging import creating, processing, sending, sending_made
from reelwright_chassis.worker import Job, Worker

IDS: dict[str, Any] = {"tenant_id": "t", "user_id": "u", "project_id": "p1", "request_id": "r1"}
SERVICE = "reelwright.rpc.v1.WorkService"


def test_steps_lie_within_one_another() -> None:
    with kept_spans() as kept:
        with span("outer", Kind.SERVER), span("inner"):
            assert current() == kept.named("inner").context
        assert current() is None
    outer, inner = kept.spans
    assert (outer.parent, inner.parent) == (None, outer.context)
    assert outer.ended
    assert inner.ended


def test_a_step_of_its_own_has_no_parent_but_the_one_that_is_named() -> None:
    elsewhere = TraceContext.new()
    with kept_spans() as kept, span("outer"):
        with span("root", parent=None):
            pass
        with span("told", parent=elsewhere):
            pass
        with within(elsewhere), span("taken up"):
            pass
    assert kept.named("root").parent is None
    assert kept.named("told").parent == kept.named("taken up").parent == elsewhere


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Reject("audio_no_speech", "somebody's words"), "audio_no_speech"),
        (ValueError("somebody's words"), "builtins.ValueError"),
        (Stopped("canceled"), ""),
        (NotFound("a key"), ""),
        (asyncio.CancelledError(), ""),
    ],
)
def test_a_failure_is_told_by_its_code(error: BaseException, told: str) -> None:
    with kept_spans() as kept, pytest.raises(type(error)), span("step"):
        raise error
    assert kept.named("step").failed == told
    assert "words" not in str(kept.spans)


def test_without_a_recorder_the_trace_goes_on_all_the_same() -> None:
    trace = TraceContext.new()
    with span("step", parent=trace) as step:
        link(TraceContext.new())
        assert not step.recorded
        assert current() == trace
        with span("send", Kind.PRODUCER) as sent:
            assert sent.context.trace_id == trace.trace_id
            assert sent.context.span_id != trace.span_id, "each hop has a place of its own"
    with span("of no trace"):
        assert current() is not None


async def test_tasks_inherit_their_step() -> None:
    async def seen() -> TraceContext | None:
        return current()

    with span("step") as step:
        task = asyncio.create_task(seen())
    assert await task == step.context


# --- events


def record(message: Any) -> Record:
    return Record(message.topic, 3, 7, message.key, message.value, message.headers, 0.0)


def test_an_event_leads_from_who_sends_it_to_who_works_on_it() -> None:
    with kept_spans() as kept:
        with span("request"), sending("plan.requests", PlanRequested(**IDS)) as step:
            message = encode(PlanRequested(**IDS), source="test", trace=step.context)
        with processing(record(message), "planner"):
            pass
    sent, processed = kept.named("send plan.requests"), kept.named("process plan.requests")
    assert (sent.kind, processed.kind) == (Kind.PRODUCER, Kind.CONSUMER)
    assert processed.parent == sent.context
    assert processed.links == [sent.context]
    told = processed.attributes
    assert told["messaging.operation.type"] == "process"
    assert told["messaging.consumer.group.name"] == "planner"
    assert (told["messaging.destination.partition.id"], told["messaging.kafka.offset"]) == ("3", 7)
    assert told["messaging.message.id"] == message.headers["ce_id"].decode()
    assert told["messaging.message.body.size"] == len(message.value)
    assert (told["reelwright.event"], told["reelwright.project_id"]) == ("PlanRequested", "p1")


def test_what_is_written_first_and_sent_later_is_sent_in_its_own_trace_by_whomever() -> None:
    cause = TraceContext.new()
    with kept_spans() as kept:
        with creating("plan.requests", PlanRequested(**IDS), cause) as step:
            message = encode(PlanRequested(**IDS), source="test", trace=step.context)
        with sending_made([message]):  # by a sweep, that nobody asked for
            pass
        with span("request"), sending_made([message]):
            pass
    made = kept.named("create plan.requests")
    assert made.parent == cause
    sweeps, requests = [each for each in kept.spans if each.name == "send"]
    for sent in (sweeps, requests):
        assert (sent.parent, sent.links) == (made.context, [made.context])
        assert sent.attributes["messaging.batch.message_count"] == 1


def test_what_is_sent_together_is_a_step_of_the_first_and_names_all() -> None:
    with kept_spans() as kept:
        made = [TraceContext.new(), TraceContext.new()]
        with sending_made([encode(PlanRequested(**IDS), source="test", trace=each) for each in made]):
            pass
    assert (kept.named("send").parent, kept.named("send").links) == (made[0], made)


def test_an_event_without_a_trace_begins_one() -> None:
    message = encode(PlanRequested(**IDS), source="test")
    bare = {name: text for name, text in message.headers.items() if name != "traceparent"}
    without = replace(record(message), headers=bare)
    with kept_spans() as kept, span("of another job"), processing(without, "planner"):
        pass
    assert kept.named("process plan.requests").parent is None


# --- calls


class Work(work_pb2_grpc.WorkServiceServicer):
    """Notes the step that it answers in."""

    def __init__(self) -> None:
        self.steps: list[TraceContext | None] = []
        self.raises: Exception | None = None
        self.hangs = False
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def Begin(self, request: work_pb2.BeginRequest, context: Any) -> work_pb2.BeginResponse:  # noqa: N802
        self.steps.append(current())
        if self.raises is not None:
            raise self.raises
        if self.hangs:
            await self._hang()
        return work_pb2.BeginResponse()

    async def _hang(self) -> None:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def Beat(self, request: work_pb2.BeatRequest, context: Any) -> work_pb2.BeatResponse:  # noqa: N802
        self.steps.append(current())
        return work_pb2.BeatResponse()


Call = Callable[[str], Awaitable[Any]]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
async def call(work: Work, tmp_path: Path) -> AsyncIterator[Call]:
    mounted = rpc.Mounted(SERVICE, work_pb2_grpc.add_WorkServiceServicer_to_server, work)
    server = await rpc.serve([mounted], rpc.local_address(tmp_path, "work"))
    async with rpc.connect(server.address) as channel:
        stub = work_pb2_grpc.WorkServiceStub(channel)
        requests = {"Begin": work_pb2.BeginRequest(), "Beat": work_pb2.BeatRequest()}
        yield lambda method: rpc.call(getattr(stub, method), requests[method])
    await server.stop(0)


async def test_a_call_is_a_step_of_the_caller_and_one_of_the_server(work: Work, call: Call) -> None:
    with kept_spans() as kept, span("job"):
        await call("Begin")
    job, asked, answered = kept.spans
    assert (asked.name, asked.kind) == (f"{SERVICE}/Begin", Kind.CLIENT)
    assert (answered.name, answered.kind) == (f"{SERVICE}/Begin", Kind.SERVER)
    assert (asked.parent, answered.parent) == (job.context, asked.context)
    assert work.steps == [answered.context]
    assert asked.attributes["rpc.response.status_code"] == "OK"


async def test_a_refusal_fails_the_caller_and_a_fault_the_server_too(work: Work, call: Call) -> None:
    for error, of_server in ((Reject("internal", "words"), ""), (KeyError("words"), "builtins.KeyError")):
        work.raises = error
        with kept_spans() as kept, pytest.raises(ReelwrightError):
            await call("Begin")
        asked, answered = kept.spans
        assert (
            asked.failed
            == asked.attributes["rpc.response.status_code"]
            == answered.attributes["rpc.response.status_code"]
        )
        assert answered.failed == of_server
        assert "words" not in str(kept.spans)


async def test_what_is_asked_all_the_time_is_no_step_but_carries_the_trace(work: Work, call: Call) -> None:
    with kept_spans() as kept, span("job"):
        await call("Beat")
    assert [each.name for each in kept.spans] == ["job"]
    assert work.steps == [kept.named("job").context]


async def test_a_call_carries_the_trace_though_nobody_records(work: Work, call: Call) -> None:
    with span("job") as job:
        await call("Begin")
    (step,) = work.steps
    assert step is not None
    assert step.trace_id == job.context.trace_id


async def test_a_question_carries_nothing_where_nobody_records(work: Work, call: Call) -> None:
    assert is_command(f"/{SERVICE}/Begin")
    assert not is_command("/reelwright.rpc.v1.ProjectService/GetProject")
    with span("job"):
        await call("Beat")
    assert work.steps == [None]


async def test_a_call_that_is_cancelled_is_cancelled_there(call: Call, work: Work) -> None:
    """As without the span: the server must not work on for nobody."""
    work.hangs = True
    with kept_spans():
        calling = asyncio.ensure_future(call("Begin"))
        async with asyncio.timeout(10):
            await work.began.wait()
            calling.cancel()
            await work.ended.wait()


def test_what_a_provider_is_asked_is_a_step_with_its_outcome() -> None:
    with kept_spans() as kept:
        with exchange("kling", "read", lambda _: Outcome.BUSY):
            pass
        with pytest.raises(ValueError, match="words"), exchange("kling", "create", lambda _: Outcome.BUSY):
            raise ValueError("somebody's words")
    well, ill = kept.spans
    assert (well.kind, well.name, well.attributes["reelwright.outcome"], well.failed) == (
        Kind.CLIENT,
        "kling read",
        "ok",
        "",
    )
    assert (ill.attributes["reelwright.outcome"], ill.failed) == ("busy", "builtins.ValueError")


# --- a worker


async def test_a_job_is_one_tree_from_its_request_to_its_fact(tmp_path: Path) -> None:
    worker = Worker("planner", topic="plan.requests", request=PlanRequested)

    @worker.handles
    async def plan(request: PlanRequested, job: Job) -> ScenesPlanned:
        with span("plan scenes"):
            return ScenesPlanned()

    async with embedded_parts(tmp_path) as here:
        facts = here.parts.bus.follow("results")
        with kept_spans() as kept:
            async with running(worker.bind(here.parts)):
                with span("request") as asked:
                    message = encode(PlanRequested(**IDS), source="test", trace=asked.context)
                await here.parts.bus.publish([message])
                async with asyncio.timeout(30):
                    fact = await anext(facts)
    assert trace_of(fact) == kept.named("send results").context
    assert tree(kept) == {
        "request": "",
        "process plan.requests": "request",
        f"{SERVICE}/Begin": "process plan.requests",
        "plan": "process plan.requests",
        "plan scenes": "plan",
        "send results": "process plan.requests",
    }
    job = kept.named("process plan.requests").attributes
    assert (job["reelwright.request_id"], job["reelwright.stage"], job["reelwright.outcome"]) == ("r1", "plan", "done")
    assert kept.named("plan").attributes["reelwright.attempt"] == 1


def tree(kept: KeptSpans) -> dict[str, str]:
    """Name -> its parent's, the server's side of calls left out."""
    names = {each.context.span_id: each.name for each in kept.spans}
    told = [each for each in kept.spans if not (each.kind is Kind.SERVER and "/" in each.name)]
    return {each.name: names[each.parent.span_id] if each.parent else "" for each in told}


# --- exemplars


def exposed() -> tuple[Histogram, Callable[[], str]]:
    registry = CollectorRegistry()
    histogram = Histogram("seconds", "Of something.", buckets=(1.0,), registry=registry)
    return histogram, lambda: str(generate_latest(registry).decode())  # type: ignore[no-untyped-call]


def test_a_measurement_in_a_trace_that_is_kept_is_an_example_of_it() -> None:
    histogram, text = exposed()
    with kept_spans(), span("step") as step:
        observe(histogram, 0.5)
    assert f'# {{trace_id="{step.context.trace_id}"}} 0.5' in text()


def test_a_measurement_is_no_example_of_what_nobody_can_look_at() -> None:
    histogram, text = exposed()
    with span("not recorded"):
        observe(histogram, 0.5)
    with kept_spans():
        observe(histogram, 0.5)
        with span("not sampled", parent=replace(TraceContext.new(), flags=0)):
            observe(histogram, 0.5)
    assert "trace_id" not in text()
    assert "seconds_count 3.0" in text()


async def test_examples_are_told_to_who_asks_for_openmetrics_alone() -> None:
    with kept_spans(), span("step") as step:
        observe(metrics.PUBLISH_SECONDS, 0.5)
    with probes(Health(loop_stall_s=30, poll_stall_s=30), "127.0.0.1:0") as at:
        async with httpx.AsyncClient(base_url=f"http://{at.host}:{at.port}") as http:
            plain = await http.get("/metrics")
            whole = await http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert plain.headers["content-type"].startswith("text/plain")
    assert whole.headers["content-type"].startswith("application/openmetrics-text")
    assert step.context.trace_id in whole.text
    assert step.context.trace_id not in plain.text
