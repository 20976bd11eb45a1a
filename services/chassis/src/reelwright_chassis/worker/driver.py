"""The thin async half of every consumer: polls, hands records to bounded jobs, commits what is finished."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus, Consumer, Record, TopicPartition
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Stopped, Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.timing import observe
from reelwright_chassis.tracing.messaging import processing
from reelwright_chassis.worker.ledger import OffsetLedger, Ticket
from reelwright_chassis.worker.outage import Outage
from reelwright_chassis.worker.queues import KeyQueues
from reelwright_chassis.worker.stop import StopSignal

log = get_logger(__name__)

_POLL_S = 5.0
_COMMIT_EVERY_S = 1.0
_REVOKE_S = 10.0
_MAX_DELAYED = 256
_TIMER_SLACK_S = 0.01  # a timer may fire that much early


class Ended(Enum):
    """How a record's job ended."""

    FINISHED = "finished"
    """Done with, whatever came of it: its offset may be committed."""
    ABANDONED = "abandoned"
    """Given up for a shutdown: it will be delivered again."""


@dataclass(frozen=True, slots=True)
class Later:
    """The record cannot be worked on yet: again after `seconds`. Its key waits, its place among the jobs does not."""

    seconds: float


Handle = Callable[[Record], Awaitable[Ended | Later]]
"""Works on one record. Rides out outages itself; may raise `Stopped` (the same as `ABANDONED`) and nothing else."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`concurrency` jobs at once; after a stop they have `grace_s` to end by themselves."""

    concurrency: int
    grace_s: float = 25.0


class Driver:
    """A member of a consumer group. Works through `topics`: in order within a key, `concurrency` keys at once.

    Never stops polling while it runs: when it has enough to do it pauses its partitions and polls on, so that the group
    keeps it. `stop()` is obeyed within `grace_s`: what then still runs is cancelled, and will be delivered again.
    """

    def __init__(
        self, bus: Bus, topics: Sequence[str], handle: Handle, *, group: str, member: str, limits: Limits, clock: Clock
    ) -> None:
        self._bus = bus
        self._topics = topics
        self._handle = handle
        self._group = group
        self._member = member
        self._limits = limits
        self._clock = clock
        for topic in topics:
            metrics.DEAD_LETTERS.labels(topic=topic)  # zero, so that the first one is seen as more
        self._age = metrics.RECORD_AGE_SECONDS.labels(group=group)
        self.outage = Outage(clock, ended=self._dispatch)
        self.stopping = StopSignal()
        self._left = StopSignal()
        self._ledger = OffsetLedger()
        self._queues: KeyQueues[tuple[Ticket, Record]] = KeyQueues()
        self._fresh: set[TopicPartition] = set()
        self._full = False
        self._moved = asyncio.Event()
        self._jobs: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.Task[None]] = set()
        self._consumer: Consumer | None = None
        self._turned_s: float | None = None
        self._tasks: asyncio.TaskGroup

    @property
    def ready(self) -> bool:
        """In the group, and all that it stands on is there."""
        return self.why_unready is None

    @property
    def why_unready(self) -> str | None:
        if self.stopping:
            return "it is shutting down"
        if self._consumer is None:
            return self.outage.why or "it has not joined its consumer group yet"
        return self.outage.why

    @property
    def poll_age_s(self) -> float | None:
        """Since the loop last turned, in an outage too; None while it does not run."""
        turned_s = self._turned_s
        return None if turned_s is None else self._clock.monotonic_s() - turned_s

    def stop(self) -> None:
        self.stopping.set("shutdown")

    async def run(self) -> None:
        """Works until `stop()`. Raises what `handle` raised against its contract."""
        try:
            self._consumer = await self.outage.ride_out(self._join, self.stopping)
            await self._work(self._consumer)
        except Stopped:
            return
        finally:
            self._turned_s = None
            if self._consumer is not None:
                await self._consumer.close()

    async def _work(self, consumer: Consumer) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            committing = tasks.create_task(self._commit_forever())
            polling = tasks.create_task(self._poll_forever(consumer))
            await self.stopping.wait()
            await self._drain()
            committing.cancel()
            await self._commit()
            self._left.set("closed")
            await consumer.close()
            await polling

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        self._ledger.assign(partitions)
        self._fresh |= set(partitions)
        if self._consumer is not None:
            self._pause_or_resume(self._consumer)  # a rebalance has forgotten the pauses
        self._tell_assignment()
        metrics.REBALANCES.labels(group=self._group).inc()
        log.info("partitions_assigned", group=self._group, count=len(partitions))

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        try:
            async with asyncio.timeout(_REVOKE_S):
                await self._commit()
        except TimeoutError:
            log.warning("commit_at_revoke_timed_out", group=self._group)
        self._ledger.revoke(partitions)
        self._fresh -= set(partitions)
        self._tell_assignment()
        log.info("partitions_revoked", group=self._group, count=len(partitions))

    def _tell_assignment(self) -> None:
        metrics.PARTITIONS.labels(group=self._group).set(len(self._ledger.assigned))

    async def _join(self) -> Consumer:
        self._turned_s = self._clock.monotonic_s()
        return await self._bus.consumer(self._topics, group=self._group, member=self._member, listener=self)

    async def _poll_forever(self, consumer: Consumer) -> None:
        while not self._left:
            try:
                records = await self.outage.ride_out(lambda: self._poll(consumer), self._left)
            except Conflict:
                continue  # a rebalance came in between
            except Stopped:  # also by who closed the bus
                return
            metrics.LAST_POLL.labels(group=self._group).set(self._clock.now_s())
            for record in records:
                self._deliver(record)
            self._dispatch()

    async def _poll(self, consumer: Consumer) -> Sequence[Record]:
        self._turned_s = self._clock.monotonic_s()
        await self._commit_fresh(consumer)
        self._regulate(consumer)
        return await consumer.poll(max_records=max(1, self._room()), timeout_s=_POLL_S)

    async def _commit_fresh(self, consumer: Consumer) -> None:
        """A partition that the group never committed is committed where it begins: else it shows no lag to scale by."""
        fresh = list(self._fresh)
        if not fresh:
            return
        committed = await asyncio.gather(*(consumer.committed(at) for at in fresh))
        new = [at for at, offset in zip(fresh, committed, strict=True) if offset is None]
        begins = await asyncio.gather(*(self._beginning(consumer, at) for at in new))
        if new:
            await consumer.commit(dict(zip(new, begins, strict=True)))
        self._fresh.difference_update(fresh)

    async def _beginning(self, consumer: Consumer, at: TopicPartition) -> int:
        """The poll during which it was assigned may have brought records already, none of them finished."""
        first = self._ledger.first_delivered(at)
        return await consumer.position(at) if first is None else first

    def _deliver(self, record: Record) -> None:
        ticket = self._ledger.deliver(record.at, record.offset)
        if ticket is not None:
            key = record.key or f"{record.at}/{record.offset}"  # a record without a key waits for no other
            self._queues.put(key, (ticket, record))

    def _room(self) -> int:
        """How many more records to take: one for each job to come, and not too many that wait for their time."""
        delayed = self._queues.delayed_keys
        return 0 if delayed >= _MAX_DELAYED else self._limits.concurrency - (len(self._queues) - delayed)

    def _regulate(self, consumer: Consumer) -> None:
        """Pauses when there is no room; resumes when half of it is there again, so as not to poll for each record."""
        room = self._room()
        full = bool(self.stopping) or room <= 0 or (self._full and 2 * room < self._limits.concurrency)
        if full is not self._full:
            self._full = full
            self._pause_or_resume(consumer)

    def _pause_or_resume(self, consumer: Consumer) -> None:
        if self._full:
            consumer.pause(self._ledger.assigned)
        else:
            consumer.resume(self._ledger.assigned)

    def _dispatch(self) -> None:
        """Start what may start."""
        while len(self._jobs) < self._limits.concurrency and not self.stopping and not self.outage:
            taken = self._queues.take(self._clock.monotonic_s())
            if taken is None:
                break
            key, (ticket, record) = taken
            if self._ledger.begin(ticket):
                self._jobs.add(self._tasks.create_task(self._job(key, ticket, record)))
            else:
                self._queues.release(key)
        if self._consumer is not None:
            self._regulate(self._consumer)

    async def _job(self, key: str, ticket: Ticket, record: Record) -> None:
        ended: Ended | Later = Ended.ABANDONED
        try:
            with processing(record, self._group) as step:
                observe(self._age, max(0.0, self._clock.now_s() - record.timestamp_s))
                ended = await self._handle(record)
                if ended is not Ended.FINISHED:
                    step.set({"reelwright.outcome": "later" if isinstance(ended, Later) else ended.value})
        except Stopped:
            pass
        finally:
            self._end(key, ticket, record, ended)

    def _end(self, key: str, ticket: Ticket, record: Record, ended: Ended | Later) -> None:
        self._jobs.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        if ended is Ended.FINISHED:
            self._ledger.finish(ticket)
            self._moved.set()
        again = self._ledger.put_back(ticket)
        if isinstance(ended, Later) and again is not None and not self.stopping:
            self._delay(key, again, record, ended.seconds)
        else:
            self._queues.release(key)
        self._dispatch()

    def _delay(self, key: str, ticket: Ticket, record: Record, seconds: float) -> None:
        self._queues.delay(key, (ticket, record), self._clock.monotonic_s() + seconds)
        timer = self._tasks.create_task(self._dispatch_after(seconds))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def _dispatch_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds + _TIMER_SLACK_S)
        self._dispatch()

    async def _commit_forever(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            await self._commit()
            await self._clock.sleep(_COMMIT_EVERY_S)

    async def _commit(self) -> None:
        offsets = self._ledger.due()
        if not offsets or self._consumer is None:
            return
        try:
            await self._consumer.commit(offsets)
        except Conflict:
            log.info("commit_of_lost_partitions", group=self._group)
        except Unavailable as error:
            log.warning("commit_failed", group=self._group, error=str(error))
            self._moved.set()
        else:
            self._ledger.committed(offsets)

    async def _drain(self) -> None:
        """Let the jobs end by themselves, for as long as the grace lasts; then cancel them."""
        for timer in self._timers:
            timer.cancel()
        grace = asyncio.ensure_future(self._clock.sleep(self._limits.grace_s))
        while self._jobs and not grace.done():
            await asyncio.wait({grace, *self._jobs}, return_when=asyncio.FIRST_COMPLETED)
        grace.cancel()
        if left := set(self._jobs):
            log.warning("jobs_cancelled", group=self._group, count=len(left))
            for job in left:
                job.cancel()
            await asyncio.wait(left)
