"""Looking at topics without consuming them: for people, not for services."""

from dataclasses import dataclass
from typing import Protocol

from reelwright_chassis.bus.port import Record


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a group has not finished of a topic. `oldest_at_s` is when the first of it was published, in Unix time."""

    records: int
    oldest_at_s: float | None


class Browser(Protocol):
    """Both methods raise `Unavailable`, also for a topic that does not exist; neither leaves a trace."""

    async def latest(self, topic: str, per_partition: int) -> list[Record]:
        """The newest records of each partition that there are now, in the order of their offsets."""

    async def backlog(self, topic: str, group: str) -> Backlog: ...
