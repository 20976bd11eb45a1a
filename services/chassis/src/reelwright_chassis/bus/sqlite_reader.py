"""Reading the log from positions on: what a consumer and a follower have in common."""

from collections.abc import Callable, Collection

from reelwright_chassis.bus.port import Record, TopicPartition
from reelwright_chassis.bus.sqlite_log import SqliteLog


class SqliteReader:
    """Positions in some partitions of these topics. A partition is skipped while it is paused."""

    def __init__(self, log: SqliteLog, topics: Collection[str]) -> None:
        self._log = log
        self.waker = log.waker(topics)
        self.positions: dict[TopicPartition, int] = {}
        self.paused: set[TopicPartition] = set()
        self._turn = 0

    async def next(self, max_records: int, *, valid: Callable[[], bool]) -> list[Record]:
        """What there is now, without waiting; moves the positions.

        `valid` says after the read whether the positions are still ours; if not, nothing is returned or moved.
        """
        behind = self._behind()
        if not behind:
            return []
        records = await self._log.read(behind, max_records)
        if not valid():
            return []
        records = [record for record in records if record.at not in self.paused]
        for record in records:
            self.positions[record.at] = record.offset + 1
        return records

    def _behind(self) -> list[tuple[TopicPartition, int]]:
        """Where there is something to read; another partition comes first each time, so that none starves."""
        ahead = [
            (at, max(position, self._log.extent(at).first))
            for at, position in self.positions.items()
            if position < self._log.extent(at).next and at not in self.paused
        ]
        self._turn += 1
        start = self._turn % len(ahead) if ahead else 0
        return ahead[start:] + ahead[:start]
