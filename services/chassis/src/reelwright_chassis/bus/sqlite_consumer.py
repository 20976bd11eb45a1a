"""A consumer group within one process, and its members."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from reelwright_chassis.bus.assignment import assign
from reelwright_chassis.bus.port import AssignmentListener, Record, TopicPartition
from reelwright_chassis.bus.sqlite_log import SqliteLog
from reelwright_chassis.bus.sqlite_reader import SqliteReader
from reelwright_chassis.errors import Conflict, Stopped
from reelwright_chassis.logs import get_logger

log = get_logger(__name__)


class SqliteGroup:
    """Rebalances eagerly, as aiokafka does: all members lose all partitions and get theirs anew."""

    def __init__(self, sqlite_log: SqliteLog, name: str) -> None:
        self.name = name
        self._log = sqlite_log
        self._members: list[SqliteConsumer] = []
        self._rebalancing = asyncio.Lock()

    async def join(self, member: "SqliteConsumer") -> None:
        async with self._rebalancing:
            self._members.append(member)
            await self._rebalance()

    async def leave(self, member: "SqliteConsumer") -> None:
        async with self._rebalancing:
            self._members.remove(member)
            member.drop()
            await self._rebalance()

    async def _rebalance(self) -> None:
        for member in self._members:
            await member.revoke()
        commits = await self._log.commits(self.name)
        names = {f"{member.name}/{number}": member for number, member in enumerate(self._members)}
        topics = {topic for member in self._members for topic in member.topics}
        partitions = [at for topic in topics for at in self._log.partitions_of(topic)]
        dealt = assign(partitions, {name: member.topics for name, member in names.items()})
        for name, member in names.items():
            await member.give({at: commits.get(at, self._log.extent(at).first) for at in dealt[name]})


class SqliteConsumer:
    """Implements `Consumer`."""

    def __init__(
        self, sqlite_log: SqliteLog, group: SqliteGroup, name: str, topics: Sequence[str], listener: AssignmentListener
    ) -> None:
        self.name = name
        self.topics = tuple(topics)
        self._log = sqlite_log
        self._group = group
        self._listener = listener
        self._reader = SqliteReader(sqlite_log, self.topics)
        self._generation = 0
        self._told = False
        self._closed = False

    async def poll(self, *, max_records: int, timeout_s: float) -> Sequence[Record]:
        until = asyncio.get_running_loop().time() + timeout_s
        while not self._closed:
            self._reader.waker.clear()
            if records := await self._read(max_records):
                return records
            try:
                async with asyncio.timeout_at(until):
                    await self._reader.waker.wait()
            except TimeoutError:
                return []
        raise Stopped(f"{self.name} is closed")

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if not offsets.keys() <= self._reader.positions.keys():
            raise Conflict(f"{self.name} no longer has these partitions of group {self._group.name}")
        await self._log.commit(self._group.name, offsets)

    async def committed(self, partition: TopicPartition) -> int | None:
        return (await self._log.commits(self._group.name)).get(partition)

    async def position(self, partition: TopicPartition) -> int:
        try:
            return self._reader.positions[partition]
        except KeyError:
            raise Conflict(f"{self.name} does not have {partition}") from None

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        self._reader.paused |= set(partitions) & self._reader.positions.keys()

    def resume(self, partitions: Collection[TopicPartition]) -> None:
        self._reader.paused -= set(partitions)
        self._reader.waker.set()

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._reader.waker.set()
            await self._group.leave(self)

    async def revoke(self) -> None:
        """The group takes everything back; the listener may still commit."""
        if self._reader.positions:
            await self._tell(self._listener.revoked, list(self._reader.positions))
        self.drop()

    def drop(self) -> None:
        """Lose everything without a word, as one who left."""
        self._generation += 1
        self._told = False
        self._reader.positions, self._reader.paused = {}, set()

    async def give(self, positions: Mapping[TopicPartition, int]) -> None:
        """Nothing is delivered before the listener knows of it."""
        self._reader.positions = dict(positions)
        await self._tell(self._listener.assigned, list(positions))
        self._told = True
        self._reader.waker.set()

    async def _read(self, max_records: int) -> list[Record]:
        if not self._told:
            return []
        generation = self._generation
        return await self._reader.next(max_records, valid=lambda: self._generation == generation)

    async def _tell(
        self,
        listener: Callable[[Collection[TopicPartition]], Awaitable[None]],
        partitions: Collection[TopicPartition],
    ) -> None:
        try:
            await listener(partitions)
        except Exception:  # one member's listener may not break the others' rebalance
            log.exception("assignment_listener_failed", group=self._group.name)
