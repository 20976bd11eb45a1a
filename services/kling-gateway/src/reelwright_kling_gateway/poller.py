"""One poller per process asks for all running tasks, in batches, so that a hundred waiting jobs make five requests."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from reelwright_chassis.clock import Clock
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import current, span
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.kling import Provider
from reelwright_kling_gateway.client.order import Product
from reelwright_kling_gateway.client.task import Status, Task

_PASSING = (Reaction.AMBIGUOUS, Reaction.NOT_SENT, Reaction.RATE_LIMIT, Reaction.SLOT_FULL)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask: quickly after something began, then ever more slowly. A factor per round without news.

    `gone_s`: how long a task must be missing from the answers before it counts as gone.
    """

    shortest_s: float = 3.0
    longest_s: float = 10.0
    factor: float = 1.25
    gone_s: float = 120.0


@dataclass(slots=True)
class _Watched:
    product: Product
    task_id: str
    end: "asyncio.Future[Task | None]"
    waits: TraceContext | None
    """The step of who waits."""
    missing_since_s: float | None = field(default=None)


class Poller:
    """Runs while anything is watched, in a task of its own; `close` ends it."""

    def __init__(self, provider: Provider, clock: Clock, pace: Pace) -> None:
        self._provider = provider
        self._clock = clock
        self._pace = pace
        self._interval_s = pace.shortest_s
        self._watched: dict[str, _Watched] = {}
        self._nudge = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def watch(self, product: Product, task_id: str) -> "asyncio.Future[Task | None]":
        """The task once it is terminal, or None when the provider no longer knows it. Raises `KlingError` for a
        status that nobody knows and for a refusal that asking again does not cure.

        All who watch a task share one future: never cancel it.
        """
        watched = self._watched.get(task_id)
        if watched is None:
            watched = _Watched(product, task_id, asyncio.get_running_loop().create_future(), current())
            self._watched[task_id] = watched
        self._interval_s = self._pace.shortest_s
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._run(), name="kling-poller")
        return watched.end

    def hasten(self, task_id: str) -> None:
        """Somebody says that this task changed: ask now, if it is one of ours."""
        if task_id in self._watched:
            self._nudge.set()

    async def close(self) -> None:
        """Stop asking. Whoever still waits is cancelled."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        for watched in self._watched.values():
            watched.end.cancel()
        self._watched.clear()

    async def _run(self) -> None:
        try:
            while self._watched:
                await self._sleep()
                news = [await self._ask(batch) for batch in self._batches()]
                if not any(news):
                    self._interval_s = min(self._pace.longest_s, self._interval_s * self._pace.factor)
        except Exception as error:
            for watched in list(self._watched.values()):
                self._fail(watched, error)
            raise

    async def _sleep(self) -> None:
        """Until the interval is over or somebody hastens."""
        nap = asyncio.ensure_future(self._clock.sleep(self._interval_s))
        nudge = asyncio.ensure_future(self._nudge.wait())
        try:
            await asyncio.wait({nap, nudge}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            nudge.cancel()
            self._nudge.clear()

    def _batches(self) -> Iterator[list[_Watched]]:
        for product in Product:
            of_product = iter([watched for watched in self._watched.values() if watched.product is product])
            while batch := list(islice(of_product, self._provider.batch_limit(product))):
                yield batch

    async def _ask(self, batch: list[_Watched]) -> bool:
        """Read one batch; True when any of its tasks came to an end."""
        try:
            with _polling(batch):
                answer = await self._provider.read(batch[0].product, [watched.task_id for watched in batch])
        except KlingError as error:
            if error.reaction in _PASSING:
                return False
            for watched in batch:
                self._fail(watched, error)
            return True
        tasks = {task.id: task for task in answer}
        ended = [self._take(watched, tasks.get(watched.task_id)) for watched in batch]
        return any(ended)

    def _take(self, watched: _Watched, task: Task | None) -> bool:
        if task is None:
            return self._miss(watched)
        watched.missing_since_s = None
        if task.status is Status.UNKNOWN:
            self._fail(watched, KlingError(Reaction.AMBIGUOUS, "Kling names a task status that is not known."))
        elif task.terminal:
            self._finish(watched, task)
        else:
            return False
        return True

    def _miss(self, watched: _Watched) -> bool:
        now_s = self._clock.monotonic_s()
        if watched.missing_since_s is None:
            watched.missing_since_s = now_s
        if now_s - watched.missing_since_s < self._pace.gone_s:
            return False
        self._finish(watched, None)
        return True

    def _finish(self, watched: _Watched, task: Task | None) -> None:
        del self._watched[watched.task_id]
        watched.end.set_result(task)

    def _fail(self, watched: _Watched, error: Exception) -> None:
        del self._watched[watched.task_id]
        watched.end.set_exception(error)


@contextmanager
def _polling(batch: list[_Watched]) -> Iterator[None]:
    """A step of the first of them, that names the steps of all."""
    waits = [watched.waits for watched in batch if watched.waits is not None]
    first = waits[0] if waits else None
    with span("poll", parent=first, links=waits[1:], attributes={"reelwright.tasks": len(batch)}):
        yield
