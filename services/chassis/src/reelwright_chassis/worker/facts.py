"""Consuming facts: each is handed to a function, in order within its key, until the function has done with it."""

import random
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial

from google.protobuf.message import Message as Proto
from prometheus_client import Counter

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus, Record
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.envelope import decode
from reelwright_chassis.errors import Reject, Stopped, Undecodable
from reelwright_chassis.logs import about, get_logger
from reelwright_chassis.worker.dead_letters import DeadLetters
from reelwright_chassis.worker.driver import Driver, Ended, Limits
from reelwright_chassis.worker.retry import RetryPolicy, plan_retry

log = get_logger(__name__)

FactHandler = Callable[[Proto, Record], Awaitable[None]]
"""Called at least once per record. `Unavailable`: again when it is back; `Reject`: of no use; anything else: retry."""

PoisonHandler = Callable[[Proto, Record, Exception], Awaitable[None]]
"""Told of a fact that no call could handle, before it goes to the dead letters. May be told twice."""

# A fact that fails twice in a second mostly fails for ever, and holds up its project meanwhile.
FACT_RETRIES = RetryPolicy(base_s=0.2, cap_s=2.0, in_place_s=5.0, tries=3)


class FactConsumer:
    """Implements `Service`. Consumes `topic` as `group`, for facts of the given `types`.

    A record's offset is committed once its handler has returned. What cannot be decoded, or handled after `retry`, goes
    to the dead letters and blocks nothing.
    """

    def __init__(
        self,
        bus: Bus,
        handler: FactHandler,
        *,
        topic: str,
        group: str,
        member: str,
        types: Sequence[type[Proto]],
        concurrency: int = 16,
        on_poison: PoisonHandler | None = None,
        retry: RetryPolicy = FACT_RETRIES,
        clock: Clock | None = None,
    ) -> None:
        self._handler = handler
        self._types = types
        self._group = group
        self._on_poison = on_poison
        self._retry = retry
        self._clock = clock or SystemClock()
        self._dead_letters = DeadLetters(bus, group, self._clock)
        limits = Limits(concurrency)
        self._driver = Driver(bus, [topic], self._handle, group=group, member=member, limits=limits, clock=self._clock)

    @property
    def name(self) -> str:
        return self._group

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
        await self._driver.run()

    def stop(self) -> None:
        self._driver.stop()

    async def _handle(self, record: Record) -> Ended:
        try:
            fact = decode(record, *self._types)
        except Undecodable as error:
            await self._ride_out(partial(self._dead_letters.put, record, error, attempts=0))
            return self._end("undecodable")
        with about(project_id=getattr(fact, "project_id", ""), request_id=getattr(fact, "request_id", "")):
            return await self._try(fact, record)

    async def _try(self, fact: Proto, record: Record) -> Ended:
        failures, began_s = 0, self._clock.monotonic_s()
        while True:
            try:
                await self._ride_out(lambda: self._handler(fact, record))
                return self._end("done")
            except Stopped:
                return Ended.ABANDONED
            except Exception as error:
                log.exception("fact_failed", type=fact.DESCRIPTOR.name, error=type(error).__name__)
                failures += 1
                failed = error
            decision = plan_retry(
                self._retry,
                failures=failures,
                elapsed_s=self._clock.monotonic_s() - began_s,
                delay_s=None,
                chance=random.random(),
            )
            if decision.give_up or isinstance(failed, Reject):
                return await self._give_up(fact, record, failed, failures)
            await self._driver.stopping.sleep(self._clock, decision.wait_s)
            if self._driver.stopping:
                return Ended.ABANDONED

    async def _give_up(self, fact: Proto, record: Record, error: Exception, attempts: int) -> Ended:
        if self._on_poison is not None:
            try:
                await self._ride_out(partial(self._on_poison, fact, record, error))
            except Stopped:
                raise
            except Exception as failed:
                log.exception("poison_handler_failed", type=fact.DESCRIPTOR.name, error=type(failed).__name__)
        await self._ride_out(partial(self._dead_letters.put, record, error, attempts=attempts))
        return self._end("dead")

    async def _ride_out(self, call: Callable[[], Awaitable[None]]) -> None:
        """Raises `Stopped` when a shutdown comes before the part is back."""
        await self._driver.outage.ride_out(call, self._driver.stopping)

    def _end(self, outcome: str) -> Ended:
        _records(self._group, outcome).inc()
        return Ended.FINISHED


@cache
def _records(group: str, outcome: str) -> Counter:
    return metrics.RECORDS.labels(group=group, outcome=outcome)
