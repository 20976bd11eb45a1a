"""The log of the SQLite bus: appends, reads, and wakes those who wait for more."""

import asyncio
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from reelwright_chassis.bus import sqlite_rows as rows
from reelwright_chassis.bus.port import Message, Record, TopicPartition
from reelwright_chassis.bus.sqlite_rows import Extent, Extents
from reelwright_chassis.clock import Clock
from reelwright_chassis.sqlite import Database

_TRIM_EVERY_S = 3600.0


class SqliteLog:
    """Knows by heart how far each partition goes, so that a reader with nothing to read never asks the file."""

    def __init__(
        self,
        database: Database,
        extents: Extents,
        *,
        partitions: int,
        retention_s: Callable[[str], float],
        clock: Clock,
    ) -> None:
        self._database = database
        self._extents = extents
        self._partitions = partitions
        self._retention_s = retention_s
        self._clock = clock
        self._trimmed_at_s = 0.0
        self._waiting: weakref.WeakKeyDictionary[asyncio.Event, Collection[str]] = weakref.WeakKeyDictionary()

    @classmethod
    async def open(cls, path: Path, *, partitions: int, retention_s: Callable[[str], float], clock: Clock) -> Self:
        database = await Database.open(path, rows.MIGRATIONS)
        extents = await database.read(rows.read_extents)
        return cls(database, extents, partitions=partitions, retention_s=retention_s, clock=clock)

    async def close(self) -> None:
        await self._database.close()
        for event in self._waiting:
            event.set()

    def waker(self, topics: Collection[str]) -> asyncio.Event:
        """An event that is set whenever there may be more to read of these, for as long as its holder keeps it."""
        event = asyncio.Event()
        self._waiting[event] = frozenset(topics)
        return event

    def extent(self, at: TopicPartition) -> Extent:
        return self._extents.get(at, Extent(0, 0))

    def partitions_of(self, topic: str) -> list[TopicPartition]:
        return [at for at in self._extents if at.topic == topic]

    async def create(self, topics: Collection[str]) -> None:
        """Create the topics that do not exist."""
        known = {at.topic for at in self._extents}
        if missing := set(topics) - known:
            created = await self._database.write(
                lambda connection: rows.create_topics(connection, missing, self._partitions)
            )
            self._extents = created | self._extents

    async def append(self, messages: Sequence[Message]) -> None:
        topics = {message.topic for message in messages}
        await self.create(topics)
        await self._trim_when_due()
        counts = {topic: len(self.partitions_of(topic)) for topic in topics}
        ends = await self._database.write(
            partial(rows.append, messages=messages, partitions=counts, now_s=self._clock.now_s())
        )
        for at, end in ends.items():
            first, known = self._extents[at]
            self._extents[at] = Extent(first, max(known, end))
        for event, wanted in self._waiting.items():
            if not topics.isdisjoint(wanted):
                event.set()

    async def read(self, positions: Sequence[tuple[TopicPartition, int]], max_records: int) -> list[Record]:
        return await self._database.read(partial(rows.read, positions=positions, max_records=max_records))

    async def commit(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        await self._database.write(partial(rows.write_commits, group=group, offsets=offsets))

    async def commits(self, group: str) -> dict[TopicPartition, int]:
        return await self._database.read(partial(rows.read_commits, group=group))

    async def _trim_when_due(self) -> None:
        now_s = self._clock.now_s()
        if now_s - self._trimmed_at_s < _TRIM_EVERY_S:
            return
        self._trimmed_at_s = now_s
        for at, extent in list(self._extents.items()):
            oldest_s = now_s - self._retention_s(at.topic)
            if extent.first < extent.next:
                first = await self._database.write(partial(rows.trim, at=at, older_than_s=oldest_s))
                self._extents[at] = Extent(first, self._extents[at].next)
