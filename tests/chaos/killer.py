"""Kills random processes of a set of services, one after the other, and starts each of them again."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Protocol


class Victims(Protocol):
    """What the killer needs of a fleet of processes."""

    def names(self) -> list[str]: ...

    async def is_ready(self, name: str) -> bool: ...

    def kill9(self, name: str) -> None: ...

    def start(self, name: str) -> None: ...


def pace(quick: int, every_s: float = 2.0, then_every_s: float = 5.0) -> Iterator[float]:
    """Seconds before each kill: `quick` kills in a hurry, then for ever more slowly."""
    for _ in range(quick):
        yield every_s
    while True:
        yield then_every_s


class Killer:
    """One that is not yet ready is spared: it has hardly begun anything that could break."""

    def __init__(self, victims: Victims, chance: random.Random, *, quick: int) -> None:
        self._victims = victims
        self._chance = chance
        self._pace = pace(quick)
        self._more = asyncio.Condition()
        self.killed: Counter[str] = Counter()

    async def run(self) -> None:
        """Until it is cancelled. Everything that was killed has been started again by then."""
        for seconds in self._pace:
            await asyncio.sleep(seconds)  # the pace is what is tested
            name = await self._choose()
            if name is not None:
                self._victims.kill9(name)
                self._victims.start(name)
                self.killed[name] += 1
                async with self._more:
                    self._more.notify_all()

    async def after(self, kills: int) -> None:
        """Returns when it has killed so many."""
        async with self._more:
            await self._more.wait_for(lambda: self.killed.total() >= kills)

    async def _choose(self) -> str | None:
        names = self._victims.names()
        self._chance.shuffle(names)
        for name in names:
            if await self._victims.is_ready(name):
                return name
        return None
