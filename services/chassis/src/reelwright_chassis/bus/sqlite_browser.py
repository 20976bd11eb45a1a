"""Looking at the topics of the SQLite bus."""

from reelwright_chassis.bus.browser import Backlog
from reelwright_chassis.bus.port import Record
from reelwright_chassis.bus.sqlite_log import SqliteLog


class SqliteBrowser:
    """Implements `Browser`. A topic that was never used is an empty one."""

    def __init__(self, log: SqliteLog) -> None:
        self._log = log

    async def latest(self, topic: str, per_partition: int) -> list[Record]:
        found: list[Record] = []
        for at in self._log.partitions_of(topic):
            first, end = self._log.extent(at)
            found += await self._log.read([(at, max(first, end - per_partition))], per_partition)
        return found

    async def backlog(self, topic: str, group: str) -> Backlog:
        commits = await self._log.commits(group)
        behind, oldest = 0, list[float]()
        for at in self._log.partitions_of(topic):
            first, end = self._log.extent(at)
            next_offset = max(commits.get(at, 0), first)
            behind += end - next_offset
            oldest += [record.timestamp_s for record in await self._log.read([(at, next_offset)], 1)]
        return Backlog(behind, min(oldest, default=None))
