"""Not faster than so many a second."""

import asyncio
import time


class Pace:
    """Call `next` before each step. The first one goes at once."""

    def __init__(self, per_s: float) -> None:
        self._every_s = 1.0 / per_s
        self._at_s = time.monotonic()

    async def next(self) -> None:
        wait_s = self._at_s - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._at_s = max(self._at_s, time.monotonic() - self._every_s) + self._every_s
