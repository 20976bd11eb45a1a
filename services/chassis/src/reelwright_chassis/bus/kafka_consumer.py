"""A member of a Kafka consumer group."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import ConsumerStoppedError, KafkaConnectionError, KafkaError

from reelwright_chassis.bus.kafka_client import KafkaClients, reaching
from reelwright_chassis.bus.kafka_ends import end_consumer
from reelwright_chassis.bus.kafka_records import Names, record_of
from reelwright_chassis.bus.kafka_starts import start_client
from reelwright_chassis.bus.port import AssignmentListener, Record, TopicPartition
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Stopped, Unavailable
from reelwright_chassis.logs import get_logger

log = get_logger(__name__)

_LOOK_EVERY_S = 15.0
"""How often one to whom nothing comes looks whether the broker is still there."""
_LOOK_S = 10.0
_JOIN_ANEW_AFTER = 3
"""Polls in a row that failed."""
_ASK_EVERY_S = 30.0
"""One that never polls loses its membership (max.poll.interval, 5 min): without room, it asks for nothing."""
_AT_ONCE = 500
"""Records that are unpacked in one go; the rest of what was fetched waits as bytes."""
_NOWHERE = KafkaPartition("", 0)
"""Never assigned: to ask for its records is to poll without taking any."""


class KafkaConsumer:
    """Implements `Consumer`. What was fetched and not yet taken waits here, so that a pause throws nothing away.

    aiokafka knows eager rebalances alone: each join or leave takes all partitions from all members and deals anew.
    Its client is polled by a task of its own, which is never cancelled (a cancelled `getmany` turns its watch
    over idle members off for good) and may take longer than a poll (it knows no timeout while a rebalance runs).
    """

    def __init__(
        self,
        clients: KafkaClients,
        names: Names,
        topics: Sequence[str],
        *,
        group: str,
        member: str,
        listener: AssignmentListener,
        clock: Clock,
    ) -> None:
        self._clients = clients
        self._names = names
        self._topics = topics
        self._group = group
        self._member = member
        self._listener = listener
        self._clock = clock
        self._consumer: AIOKafkaConsumer | None = None
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._told = asyncio.Event()
        self._paused: set[TopicPartition] = set()
        self._fetched: deque[Record] = deque()
        self._getting: asyncio.Task[None] | None = None
        self._error: KafkaError | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._failures = 0
        self._asked_at_s = self._seen_at_s = clock.monotonic_s()

    async def join(self) -> None:
        """Returns when the group has given us partitions, or none. Raises `Unavailable`."""
        settings = self._clients.settings
        consumer = AIOKafkaConsumer(
            **self._clients.member(),
            group_id=self._names.outside(self._group),
            client_id=self._member,
            partition_assignment_strategy=[_own_assignor()],
        )
        # Before it starts, or the first assignment would come without a word to the listener.
        consumer.subscribe([self._names.outside(topic) for topic in self._topics], listener=_Rebalances(self))
        self._consumer = consumer
        try:
            async with asyncio.timeout(settings.rebalance_timeout_s + settings.request_timeout_s):
                await start_client(consumer)
                await self._told.wait()
        except BaseException as error:  # of who is cancelled, too: its member would stay in the group
            self._consumer = None
            await end_consumer(consumer)
            if isinstance(error, KafkaConnectionError):
                raise Unavailable(str(await self._clients.why_unreachable())) from error
            with reaching(f"joining the group {self._group}"):
                raise
        self._failures, self._seen_at_s = 0, self._clock.monotonic_s()
        if self._closed:
            await end_consumer(consumer)

    async def poll(self, *, max_records: int, timeout_s: float) -> Sequence[Record]:
        try:
            if self._consumer is None and not self._closed:
                await self.join()
            records = await self._poll(max_records, timeout_s)
        except Unavailable:
            self._failures += 1
            if self._failures >= _JOIN_ANEW_AFTER:
                await self._leave()
            raise
        self._failures = 0
        return records

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self._check_ours(offsets)
        if not offsets:
            return  # which aiokafka refuses
        kafka = {self._names.partition(at): offset for at, offset in offsets.items()}
        with reaching(f"committing for the group {self._group}"):
            # aiokafka tries again for as long as it takes.
            async with asyncio.timeout(self._clients.settings.request_timeout_s):
                await self._joined.commit(kafka)

    async def committed(self, partition: TopicPartition) -> int | None:
        with reaching(f"reading the offsets of the group {self._group}"):
            async with asyncio.timeout(self._clients.settings.request_timeout_s):
                offset: int | None = await self._joined.committed(self._names.partition(partition))
        return offset

    async def position(self, partition: TopicPartition) -> int:
        self._check_ours([partition])
        for record in self._fetched:
            if record.at == partition:
                return record.offset
        with reaching(f"looking where {partition} is read"):
            async with asyncio.timeout(self._clients.settings.request_timeout_s):
                return int(await self._joined.position(self._names.partition(partition)))

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        self._paused |= self._assigned.intersection(partitions)

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        if self._paused:
            self._paused.difference_update(partitions)
            self._changed.set()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._forget()
        self._changed.set()
        if self._consumer is not None:
            await end_consumer(self._consumer)
        await self._drop_getting()

    async def on_assigned(self, partitions: Iterable[KafkaPartition]) -> None:
        self._assigned = frozenset(map(self._names.at, partitions))
        try:
            await self._listener.assigned(self._assigned)
        finally:
            self._seen_at_s = self._clock.monotonic_s()
            self._told.set()
            self._changed.set()

    async def on_revoked(self, partitions: Iterable[KafkaPartition]) -> None:
        """aiokafka calls it before the first assignment too, and not when the group is left."""
        if not self._told.is_set():
            return
        try:
            await self._listener.revoked(list(map(self._names.at, partitions)))
        finally:
            self._forget()

    @property
    def _joined(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise Unavailable(f"the group {self._group} has to be joined anew")
        return self._consumer

    def _check_ours(self, partitions: Iterable[TopicPartition]) -> None:
        if not self._assigned.issuperset(partitions):
            raise Conflict(f"{self._member} no longer has these partitions of the group {self._group}")

    def _forget(self) -> None:
        """aiokafka forgets the same at each rebalance: the pauses, and what was fetched."""
        self._assigned = frozenset()
        self._told.clear()
        self._paused.clear()
        self._fetched.clear()

    async def _poll(self, max_records: int, timeout_s: float) -> Sequence[Record]:
        until_s = self._clock.monotonic_s() + timeout_s
        while not self._closed:
            if taken := self._take(max_records):
                return taken
            left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0:
                return []
            await self._wait(left_s)
        raise Stopped(f"{self._member} is closed")

    def _take(self, max_records: int) -> list[Record]:
        if not self._fetched or not self._told.is_set() or self._all_paused:
            return []
        if not self._paused:
            return [self._fetched.popleft() for _ in range(min(max_records, len(self._fetched)))]
        taken: list[Record] = []
        kept: deque[Record] = deque()
        for record in self._fetched:
            (kept if record.at in self._paused or len(taken) >= max_records else taken).append(record)
        self._fetched = kept
        return taken

    @property
    def _all_paused(self) -> bool:
        return bool(self._paused) and self._paused >= self._assigned

    async def _wait(self, seconds: float) -> None:
        """Returns when there may be something to take, or after these seconds. Raises `Unavailable`."""
        self._changed.clear()
        if self._getting is None or self._getting.done():
            if not self._fetched and not self._all_paused:
                self._getting = asyncio.ensure_future(self._get(seconds))
            elif self._clock.monotonic_s() - self._asked_at_s > _ASK_EVERY_S:
                self._getting = asyncio.ensure_future(self._get(0.0, _NOWHERE))
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        if self._error is not None:
            error, self._error = self._error, None
            with reaching(f"polling for the group {self._group}"):
                raise error
        await self._look()

    async def _get(self, seconds: float, *partitions: KafkaPartition) -> None:
        """What comes is noted in the same turn of the event loop: after a rebalance it would be another's."""
        self._asked_at_s = self._clock.monotonic_s()
        try:
            batches = await self._joined.getmany(*partitions, timeout_ms=round(1000 * seconds), max_records=_AT_ONCE)
        except ConsumerStoppedError:
            return
        except KafkaError as error:
            self._error = error
        else:
            for partition, messages in batches.items():
                at = self._names.at(partition)
                self._fetched.extend(record_of(at, message) for message in messages)
            if not batches:
                return
            self._seen_at_s = self._clock.monotonic_s()
        self._changed.set()

    async def _look(self) -> None:
        """Silence does not prove that the broker is there: aiokafka waits for a lost one without a word or an end."""
        now_s = self._clock.monotonic_s()
        settings = self._clients.settings
        if not self._told.is_set():
            if now_s - self._seen_at_s > settings.rebalance_timeout_s + settings.session_timeout_s:
                raise Unavailable(f"the group {self._group} gives nobody its partitions")
        elif now_s - self._seen_at_s > _LOOK_EVERY_S:
            with reaching("looking for the broker"):
                async with asyncio.timeout(_LOOK_S):
                    await self._joined.topics()
            self._seen_at_s = self._clock.monotonic_s()

    async def _leave(self) -> None:
        """The next poll joins anew, by the bootstrap servers: others than those last heard of may answer there."""
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return
        log.warning("group_is_joined_anew", group=self._group)
        try:
            await self.on_revoked(list(map(self._names.partition, self._assigned)))
        finally:
            await end_consumer(consumer)
            await self._drop_getting()

    async def _drop_getting(self) -> None:
        """Only of a consumer that has ended, so it may be cancelled."""
        if self._getting is not None:
            self._getting.cancel()
            await asyncio.wait({self._getting})
            self._getting = None


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is untyped
    """It takes no lock that a poll takes too (that would be a deadlock); what it raises, aiokafka logs and swallows."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self._consumer = consumer

    async def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        await self._consumer.on_assigned(assigned)

    async def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        await self._consumer.on_revoked(revoked)


def _own_assignor() -> type[StickyPartitionAssignor]:
    """Sticky, so that fewer records change hands. Its state is on the class, so each consumer needs its own."""
    return type("StickyAssignor", (StickyPartitionAssignor,), {"member_assignment": None})
