"""Progress, told at most once a second, from whichever thread knows it."""

import asyncio
from collections.abc import Awaitable, Callable

from reelwright_chassis.clock import Clock

EVERY_S = 1.0

Send = Callable[[float, str], Awaitable[None]]


class Progress:
    """Sends the latest of what it was told; what was overtaken within the second is never sent."""

    def __init__(self, send: Send, clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._latest: tuple[float, str] | None = None
        self._news = asyncio.Event()

    def tell(self, percent: float, doing: str) -> None:
        """Returns at once. Safe to call from another thread."""
        self._latest = (min(100.0, max(0.0, percent)), doing)
        self._loop.call_soon_threadsafe(self._news.set)

    async def run(self) -> None:
        """Sends until it is cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._latest is not None:
                await self._send(*self._latest)
            await self._clock.sleep(EVERY_S)
