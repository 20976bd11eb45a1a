"""Progress, told at most once a second, from whichever thread knows it."""

import asyncio
from collections.abc import Awaitable, Callable

from reelwright_chassis.clock import Clock
from reelwright_chassis.logs import get_logger

EVERY_S = 1.0

Send = Callable[[float, str], Awaitable[None]]

log = get_logger(__name__)


class Progress:
    """Sends the latest of what it was told; what was overtaken within the second is never sent."""

    def __init__(self, send: Send, clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._latest: tuple[float, str] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._ended = False

    def tell(self, percent: float, doing: str) -> None:
        """Returns at once. Safe to call from another thread."""
        self._latest = (min(100.0, max(0.0, percent)), doing)
        self._loop.call_soon_threadsafe(self._wake)

    async def end(self) -> None:
        """What was not sent yet is not sent."""
        self._ended = True
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait({self._sending})

    def _wake(self) -> None:
        if not self._ended and (self._sending is None or self._sending.done()):
            self._sending = asyncio.ensure_future(self._send_all())

    async def _send_all(self) -> None:
        """Until there is no news."""
        while self._latest is not None:
            latest, self._latest = self._latest, None
            try:
                await self._send(*latest)
            except Exception:
                log.exception("progress_failed")
            await self._clock.sleep(EVERY_S)
