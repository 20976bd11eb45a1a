"""The bus of an embedded Reelwright: an append-only log in one SQLite file."""

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Self

from reelwright_chassis.bus.counted import count_published
from reelwright_chassis.bus.limits import check_message
from reelwright_chassis.bus.port import AssignmentListener, Message, Record
from reelwright_chassis.bus.sqlite_browser import SqliteBrowser
from reelwright_chassis.bus.sqlite_consumer import SqliteConsumer, SqliteGroup
from reelwright_chassis.bus.sqlite_log import SqliteLog
from reelwright_chassis.bus.sqlite_reader import SqliteReader
from reelwright_chassis.clock import Clock, SystemClock

PARTITIONS = 6
_WEEK_S = 7 * 24 * 3600.0
_FOLLOW_BATCH = 500


class SqliteBus:
    """Implements `Bus` for one process and one event loop. A topic comes into being when it is first used.

    What a group has not finished is kept for as long as it takes: a laptop may sleep for longer than any retention.
    """

    def __init__(self, log: SqliteLog) -> None:
        self._log = log
        self._groups: dict[str, SqliteGroup] = {}
        self._closed = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        partitions: int = PARTITIONS,
        retention_s: Callable[[str], float] = lambda _: _WEEK_S,
        clock: Clock | None = None,
    ) -> Self:
        """Create or migrate the file. Raises `StateTooNew`, `StateUnreadable`, `Unavailable`.

        `partitions` is how many a new topic gets; `retention_s` says how long a topic's finished records are kept.
        """
        clock = clock or SystemClock()
        return cls(await SqliteLog.open(path, partitions=partitions, retention_s=retention_s, clock=clock))

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            check_message(message)
        if not messages:
            return
        began_s = time.monotonic()
        await self._log.append(messages)
        count_published(messages, time.monotonic() - began_s)

    async def consumer(
        self, topics: Sequence[str], *, group: str, member: str, listener: AssignmentListener
    ) -> SqliteConsumer:
        await self._log.create(topics)
        joined = self._groups.setdefault(group, SqliteGroup(self._log, group))
        consumer = SqliteConsumer(self._log, joined, member, topics, listener)
        await joined.join(consumer)
        return consumer

    def follow(self, topic: str) -> AsyncIterator[Record]:
        return SqliteFollower(self._log, topic, closed=lambda: self._closed)

    async def lag(self, topic: str, group: str) -> int:
        commits = await self._log.commits(group)
        extents = {at: self._log.extent(at) for at in self._log.partitions_of(topic)}
        return sum(end - max(commits.get(at, 0), first) for at, (first, end) in extents.items())

    def browser(self) -> SqliteBrowser:
        """For people who look at its topics."""
        return SqliteBrowser(self._log)

    async def close(self) -> None:
        self._closed = True
        await self._log.close()


class SqliteFollower:
    """Every record of a topic from the moment this was made; ends when the bus is closed."""

    def __init__(self, log: SqliteLog, topic: str, *, closed: Callable[[], bool]) -> None:
        self._log = log
        self._topic = topic
        self._closed = closed
        self._reader = SqliteReader(log, [topic])
        self._reader.positions = {at: log.extent(at).next for at in log.partitions_of(topic)}
        self._ready: deque[Record] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Record:
        while not self._ready:
            self._reader.waker.clear()
            if self._closed():
                raise StopAsyncIteration
            for at in self._log.partitions_of(self._topic):
                self._reader.positions.setdefault(at, 0)  # the topic is younger than this follower
            self._ready.extend(await self._reader.next(_FOLLOW_BATCH, valid=lambda: True))
            if not self._ready:
                await self._reader.waker.wait()
        return self._ready.popleft()
