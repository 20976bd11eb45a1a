"""Something that is done again and again: every so often, and at once when woken."""

import asyncio
from collections.abc import Awaitable, Callable

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger

log = get_logger(__name__)


class Loop:
    """Calls `work` every `every_s` seconds until stopped. A part that is away is waited for; a fault is raised."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]], every_s: float, clock: Clock) -> None:
        self.name = name
        self._work = work
        self._every_s = every_s
        self._clock = clock
        self._woken = asyncio.Event()
        self._outage: str | None = None
        self._stopped = False

    @property
    def outage(self) -> str | None:
        """Which part is away, as the last round found; None when it went through."""
        return self._outage

    def wake(self) -> None:
        """Do it again now (or, if it is being done, right after)."""
        self._woken.set()

    def stop(self) -> None:
        self._stopped = True
        self.wake()

    async def run(self) -> None:
        while not self._stopped:
            self._woken.clear()
            try:
                await self._work()
            except Unavailable as error:
                log.warning("loop_waits", loop=self.name, error=str(error))
                self._outage = str(error)
            else:
                self._outage = None
            await self._rest()

    async def _rest(self) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(self._every_s))
        waking = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
