"""The worker shell: a worker is one handler for one kind of request, and this is everything around it."""

from typing import Generic, TypeVar

from google.protobuf.message import Message as Proto

from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.parts import Parts
from reelwright_chassis.worker.bound import BoundWorker, Shape
from reelwright_chassis.worker.handling import Handler
from reelwright_chassis.worker.lease import DirectorLeases, Leases
from reelwright_chassis.worker.retry import RetryPolicy

R = TypeVar("R", bound=Proto)


class Worker(Generic[R]):
    """Answers each request of `topic` with one fact.

        worker = Worker("planner", topic="plan.requests", request=PlanRequested, concurrency=8)

        @worker.handles
        async def plan(request: PlanRequested, job: Job) -> ScenesPlanned: ...

    `name` is also the consumer group. The handler need not fill in the fact's ids and `work` (but for `work.cost_usd`).
    It raises `Reject` for what no attempt can do, `Retry` for what may pass, `Unavailable` for a part that is away and
    `Stopped` when nobody wants the result; anything else counts as transient. It may be cancelled, at its deadline and
    at the end of a shutdown's grace: `parts.grace_s` after the stop, which `job.stopped` tells at once.
    """

    def __init__(
        self,
        name: str,
        *,
        topic: str,
        request: type[R],
        concurrency: int = 1,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._shape = Shape(name, topic, request, concurrency, retry or RetryPolicy())
        self._handler: Handler[R] | None = None

    def handles(self, handler: Handler[R]) -> Handler[R]:
        """Decorates the one handler."""
        self._handler = handler
        return handler

    def bind(self, parts: Parts, *, clock: Clock | None = None, leases: Leases | None = None) -> BoundWorker[R]:
        """The service that works with these parts. Raises ValueError without a handler."""
        if self._handler is None:
            raise ValueError("a worker needs a handler: decorate one with @worker.handles")
        leases = leases or DirectorLeases(parts.director, parts.instance)
        return BoundWorker(self._shape, self._handler, parts, leases=leases, clock=clock or SystemClock())
