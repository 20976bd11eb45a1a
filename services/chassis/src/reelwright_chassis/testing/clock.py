"""A clock that stands still until a test turns it."""

import asyncio
import heapq

_SETTLE = 20
"""Turns of the event loop that a woken task gets to come to rest."""


class FakeClock:
    """Implements `Clock`. Starts at Unix time 1,700,000,000 (2023-11-14), monotonic 0."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._slept = asyncio.Event()

    def now_s(self) -> float:
        return 1_700_000_000.0 + self._elapsed_s

    def monotonic_s(self) -> float:
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, self._count, waking))
        self._slept.set()
        await waking

    async def advance(self, seconds: float) -> None:
        """Turn the clock; whoever sleeps until then wakes in order, and comes to rest before the next does."""
        end_s = self._elapsed_s + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            self._elapsed_s, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
                await _settle()
        self._elapsed_s = end_s
        await _settle()

    async def until_asleep(self, *, at_least_s: float = 0.0, at_most_s: float = float("inf")) -> None:
        """Returns when somebody sleeps, and for that long from now."""
        while not any(self._is_asleep(sleeper, at_least_s, at_most_s) for sleeper in self._sleepers):
            self._slept.clear()
            await self._slept.wait()

    def _is_asleep(self, sleeper: tuple[float, int, asyncio.Future[None]], at_least_s: float, at_most_s: float) -> bool:
        until_s, _, waking = sleeper
        return not waking.done() and at_least_s <= until_s - self._elapsed_s <= at_most_s


async def _settle() -> None:
    for _ in range(_SETTLE):
        await asyncio.sleep(0)
