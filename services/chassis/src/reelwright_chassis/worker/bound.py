"""A worker at work: from a record to the lease, to the handler, to the fact, to the offset."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar, cast

from google.protobuf.message import Message as Proto
from structlog.contextvars import bind_contextvars

from reelwright.events.v1.facts_pb2 import Progressed, Work, WorkFailed
from reelwright_chassis import metrics
from reelwright_chassis.bus.limits import check_size
from reelwright_chassis.bus.port import Record
from reelwright_chassis.clock import Clock
from reelwright_chassis.envelope import Event, check_carried, decode, encode, subject_of
from reelwright_chassis.errors import Stopped, Unavailable, Undecodable
from reelwright_chassis.letters import redrive_of
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Parts
from reelwright_chassis.timing import observe
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import annotate, current, span
from reelwright_chassis.tracing.messaging import sending
from reelwright_chassis.worker.attempt import Attempt
from reelwright_chassis.worker.companions import beside
from reelwright_chassis.worker.dead_letters import DeadLetters
from reelwright_chassis.worker.driver import Driver, Ended, Later, Limits
from reelwright_chassis.worker.handling import Handler, Handling, failure
from reelwright_chassis.worker.lease import LOST, Drop, Go, Lease, Leases, Subject, Wait
from reelwright_chassis.worker.meters import Meters
from reelwright_chassis.worker.patience import run_until
from reelwright_chassis.worker.progress import Progress
from reelwright_chassis.worker.retry import RetryPolicy
from reelwright_chassis.worker.scratch import Scratch
from reelwright_chassis.worker.stop import StopSignal
from reelwright_chassis.worker.timers import Timers

R = TypeVar("R", bound=Proto)
T = TypeVar("T")

log = get_logger(__name__)

_SHUTDOWN = "shutdown"
_STOPPED = {_SHUTDOWN: "abandoned", LOST: "lost"}
# Who lost a lease by beating too late still has the record, and the bus delivers it to nobody else: it asks again.
_ENDS: dict[str, Ended | Later] = {"abandoned": Ended.ABANDONED, "lost": Later(0.0)}
_RESULTS = "results"
_SIGNATURE_BYTES = 4096  # more than the ids and `work` that are filled in after the handler


class _Fact(Event, Protocol):
    work: Work


@dataclass(frozen=True, slots=True)
class Shape(Generic[R]):
    """What a worker is declared as."""

    name: str
    topic: str
    request: type[R]
    concurrency: int
    retry: RetryPolicy

    @property
    def stage(self) -> str:
        """fetch, transcription, plan, asset or render: what its topic is for."""
        return self.topic.partition(".")[0].removesuffix("-gpu")


class BoundWorker(Generic[R]):
    """Implements `Service`."""

    def __init__(self, shape: Shape[R], handler: Handler[R], parts: Parts, *, leases: Leases, clock: Clock) -> None:
        self._shape = shape
        self._handler = handler
        self._parts = parts
        self._leases = leases
        self._clock = clock
        self._meters = Meters(shape.name)
        self._log = log.bind()  # to find the logger anew for each line costs more than most lines
        self._timers = Timers(clock)
        self._stops: set[StopSignal] = set()
        self._dead_letters = DeadLetters(parts.bus, shape.name, clock)
        self._driver = Driver(
            parts.bus,
            [shape.topic],
            self._handle,
            group=shape.name,
            member=parts.instance,
            limits=Limits(shape.concurrency, parts.grace_s),
            clock=clock,
        )

    @property
    def name(self) -> str:
        return self._shape.name

    @property
    def ready(self) -> bool:
        return self._driver.ready

    @property
    def why_unready(self) -> str | None:
        return self._driver.why_unready

    @property
    def poll_age_s(self) -> float | None:
        return self._driver.poll_age_s

    async def run(self) -> None:
        async with beside(self._timers.run()):
            await self._driver.run()

    def stop(self) -> None:
        self._driver.stop()
        for stop in self._stops:
            stop.set(_SHUTDOWN)

    async def _handle(self, record: Record) -> Ended | Later:
        try:
            request, subject = self._read(record)
        except Undecodable as error:
            await self._ride_out(partial(self._dead_letters.put, record, error, attempts=0))
            await self._tell_undecodable(record)
            self._meters.jobs("undecodable").inc()
            return Ended.FINISHED
        bind_contextvars(project_id=subject.project_id, request_id=subject.request_id)  # they end with this job's task
        annotate({"reelwright.request_id": subject.request_id, "reelwright.stage": self._shape.stage})
        answer = await self._ride_out(lambda: self._leases.begin(subject))
        match answer:
            case Go():
                return await self._begin(request, subject, answer)
            case Wait(seconds):
                self._log.info("job_held_by_another", wait_s=seconds)
                return Later(seconds)
            case Drop(why):
                self._log.info("job_dropped", why=why)
                self._meters.jobs("dropped").inc()
                return Ended.FINISHED

    def _read(self, record: Record) -> tuple[R, Subject]:
        request = decode(record, self._shape.request)
        ids = cast(Event, request)
        if not (ids.project_id and ids.request_id):
            raise Undecodable(f"a record of {record.topic} does not say whose request it is")
        redrive = redrive_of(record.headers)
        return request, Subject(ids.tenant_id, ids.user_id, ids.project_id, ids.request_id, redrive)

    async def _tell_undecodable(self, record: Record) -> None:
        """Whose project it is stands on the envelope: it must not wait for an answer that never comes."""
        project_id = subject_of(record)
        if project_id:
            fact = failure("undecodable")
            fact.project_id, fact.request_id, fact.work.worker = project_id, record.key, self._parts.instance
            with sending(_RESULTS, fact) as step:
                message = encode(fact, source=self.name, topic=_RESULTS, trace=step.context)
                await self._ride_out(lambda: self._parts.bus.publish([message]))

    async def _begin(self, request: R, subject: Subject, go: Go) -> Ended | Later:
        stop = StopSignal()
        self._stops.add(stop)
        if self._driver.stopping:
            stop.set(_SHUTDOWN)
        self._log.info("job_started", attempt=go.attempt)
        began_s = self._clock.monotonic_s()
        self._meters.running.inc()
        try:
            outcome = await self._attempt(request, subject, go, stop)
        finally:
            self._meters.running.dec()
            self._stops.discard(stop)
        seconds = self._clock.monotonic_s() - began_s
        observe(self._meters.seconds(outcome), seconds)
        annotate({"reelwright.outcome": outcome})
        self._meters.jobs(outcome).inc()
        self._log.info("job_ended", outcome=outcome, seconds=round(seconds, 3))
        return _ENDS.get(outcome, Ended.FINISHED)

    async def _attempt(self, request: R, subject: Subject, go: Go, stop: StopSignal) -> str:
        """What came of it, in a word."""
        outage, started_s = self._driver.outage, self._clock.now_s()
        handling = Handling(self.name, self._shape.retry, self._clock, outage, stop)
        lease = Lease(self._leases, subject, go, stop, clock=self._clock, outage=outage)
        progress = Progress(partial(self._send_progress, current(), subject), self._clock)
        until_s = self._clock.monotonic_s() + go.deadline_s
        scratch = Scratch(self._parts.scratch)
        job = Attempt(subject, self._parts.instance, go.attempt, until_s, scratch, stop, lease, progress, self._clock)
        lease.keep(self._timers)
        try:
            work = partial(handling.run, partial(self._answer, request, job))
            fact = await run_until(work, self._timers, go.deadline_s, stop)
            if fact is None and stop:
                return _STOPPED.get(stop.reason or "", "stopped")
            fact = fact or failure("stalled", retryable=True)
            self._sign(fact, subject, go, started_s, handling.cost_usd)
            return await self._publish(fact)
        finally:
            await job.end()

    async def _answer(self, request: R, job: Attempt) -> Proto:
        """The handler's fact; one that could not be sent is the handler's fault, and is treated as such."""
        with span(self._shape.stage, attributes={"reelwright.attempt": job.attempt}):
            fact = await self._handler(request, job)
        check_carried(fact, topic=_RESULTS)
        check_size(_RESULTS, fact.ByteSize() + _SIGNATURE_BYTES)
        return fact

    def _sign(self, fact: Proto, subject: Subject, go: Go, started_s: float, failed_usd: float) -> None:
        signed = cast(_Fact, fact)
        signed.tenant_id, signed.user_id = subject.tenant_id, subject.user_id
        signed.project_id, signed.request_id = subject.project_id, subject.request_id
        work = signed.work
        work.worker, work.attempt = self._parts.instance, go.attempt
        work.started_at.seconds, work.started_at.nanos = _timestamp(started_s)
        work.finished_at.seconds, work.finished_at.nanos = _timestamp(self._clock.now_s())
        work.cost_usd += failed_usd

    async def _publish(self, fact: Proto) -> str:
        """Returns when the broker has it. While the bus is away it waits, under its lease."""
        try:
            with sending(_RESULTS, fact) as step:
                message = encode(fact, source=self.name, topic=_RESULTS, trace=step.context)
                await self._ride_out(lambda: self._parts.bus.publish([message]))
        except Stopped:
            return "abandoned"
        if isinstance(fact, WorkFailed):
            return "failed" if fact.retryable else "rejected"
        return "done"

    async def _send_progress(self, trace: TraceContext | None, subject: Subject, percent: float, doing: str) -> None:
        """No span of its own: there may be one a second."""
        told = Progressed(
            tenant_id=subject.tenant_id,
            user_id=subject.user_id,
            project_id=subject.project_id,
            request_id=subject.request_id,
            stage=self._shape.stage,
            percent=percent,
            doing=doing,
        )
        try:
            await self._parts.bus.publish([encode(told, source=self.name, trace=trace)])
        except Unavailable:
            metrics.PROGRESS_LOST.labels(worker=self.name).inc()

    def _ride_out(self, call: Callable[[], Awaitable[T]]) -> Awaitable[T]:
        """Raises `Stopped` when a shutdown comes before the part is back."""
        return self._driver.outage.ride_out(call, self._driver.stopping)


def _timestamp(time_s: float) -> tuple[int, int]:
    """Seconds and nanoseconds, to the millisecond."""
    seconds, milliseconds = divmod(int(time_s * 1000), 1000)
    return seconds, milliseconds * 1_000_000
