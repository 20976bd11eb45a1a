"""The lease on a request: asked of the director before the work begins, kept by beating while it runs."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import grpc
import grpc.aio

from reelwright.rpc.v1.work_pb2 import BeatRequest, BeginRequest
from reelwright.rpc.v1.work_pb2_grpc import WorkServiceStub
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.tracing import current, within
from reelwright_chassis.worker.outage import Outage
from reelwright_chassis.worker.stop import StopSignal
from reelwright_chassis.worker.timers import Timer, Timers

log = get_logger(__name__)

LOST = "lost"
"""Why an attempt is to stop whose lease ran out before a beat came, in the director's word. The request is open."""

_CALL_S = 10.0
_BEAT_EVERY_S = 15.0
_BEAT_AT_MOST_EVERY_S = 0.1  # whatever the director says


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose request it is."""

    tenant_id: str
    user_id: str
    project_id: str
    request_id: str
    redrive: str = ""
    """The id of the redrive that it comes by, if it is a dead letter that was sent again."""


@dataclass(frozen=True, slots=True)
class Go:
    """Begin. The lease ends after `lease_s` without a beat, the whole request after `deadline_s`."""

    attempt: int
    lease_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody wants it (any more)."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody else holds the lease; ask again after `seconds`."""

    seconds: float


class Leases(Protocol):
    """Who gives leases. Both methods raise `Unavailable` when nobody answers."""

    async def begin(self, subject: Subject) -> Go | Drop | Wait: ...

    async def beat(self, subject: Subject, attempt: int, *, paying: bool = False) -> str | None:
        """Renew the lease. None: go on; else why to stop. `paying`: the next step costs money."""


class DirectorLeases:
    """Asks the director's WorkService, in the name of `worker` (unique per process)."""

    def __init__(self, channel: grpc.aio.Channel, worker: str) -> None:
        self._stub = WorkServiceStub(channel)
        self._worker = worker

    async def begin(self, subject: Subject) -> Go | Drop | Wait:
        request = BeginRequest(
            tenant_id=subject.tenant_id,
            user_id=subject.user_id,
            project_id=subject.project_id,
            request_id=subject.request_id,
            worker=self._worker,
            redrive=subject.redrive,
        )
        try:
            answer = await self._stub.Begin(request, timeout=_CALL_S)
        except grpc.aio.AioRpcError as error:
            raise _unavailable(error) from error
        match answer.WhichOneof("answer"):
            case "go":
                return Go(answer.go.attempt, answer.go.lease_s, answer.go.deadline_s)
            case "drop":
                return Drop(answer.drop.why)
            case "wait":
                return Wait(answer.wait.seconds)
            case _:
                raise Unavailable("the director answered nothing that this worker knows")

    async def beat(self, subject: Subject, attempt: int, *, paying: bool = False) -> str | None:
        request = BeatRequest(
            tenant_id=subject.tenant_id,
            user_id=subject.user_id,
            project_id=subject.project_id,
            request_id=subject.request_id,
            worker=self._worker,
            attempt=attempt,
            paying=paying,
        )
        try:
            answer = await self._stub.Beat(request, timeout=_CALL_S)
        except grpc.aio.AioRpcError as error:
            raise _unavailable(error) from error
        return answer.stop.why or "stop" if answer.WhichOneof("answer") == "stop" else None


def _unavailable(error: grpc.aio.AioRpcError) -> Unavailable:
    """Whatever the director's fault is, the work must neither be dropped nor counted as tried."""
    return Unavailable(f"the director: {error.code().name}")


class Lease:
    """The lease of one attempt. `stop` is set when the director no longer wants the work."""

    def __init__(
        self, leases: Leases, subject: Subject, go: Go, stop: StopSignal, *, clock: Clock, outage: Outage
    ) -> None:
        self._leases = leases
        self._subject = subject
        self._go = go
        self._stop = stop
        self._clock = clock
        self._outage = outage
        self._trace = current()
        self._next: Timer | None = None
        self._beating: asyncio.Task[None] | None = None

    def keep(self, timers: Timers) -> None:
        """Beat until the work is to stop, or `end`. While the director is away the work goes on."""
        every_s = max(_BEAT_AT_MOST_EVERY_S, min(_BEAT_EVERY_S, self._go.lease_s / 3))
        self._next = timers.after(every_s, partial(self._beat_and_keep, timers))

    def _beat_and_keep(self, timers: Timers) -> None:
        if not self._stop:
            self._beating = asyncio.ensure_future(self._beat_once())
            self.keep(timers)

    async def end(self) -> None:
        """No beat after this."""
        if self._next is not None:
            self._next.cancel()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait({self._beating})

    async def _beat_once(self) -> None:
        with within(self._trace):  # timers know of no trace
            try:
                await self._beat()
            except Unavailable as error:
                log.warning("beat_failed", error=str(error))

    async def confirm(self) -> None:
        """Returns when the director says that this attempt goes on and may pay; waits for it. Raises `Stopped`."""
        self._stop.raise_if_set()
        await self._outage.ride_out(lambda: self._beat(paying=True), self._stop)
        self._stop.raise_if_set()

    async def _beat(self, *, paying: bool = False) -> None:
        if self._stop:
            return
        why = await self._leases.beat(self._subject, self._go.attempt, paying=paying)
        if why is not None:
            self._stop.set(why)
