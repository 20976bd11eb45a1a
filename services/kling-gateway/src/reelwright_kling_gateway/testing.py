"""For tests of this service: a clock that jumps."""

import asyncio
from collections.abc import Callable


class JumpClock:
    """Sleeping takes no time: it moves the clock. `moved` is told by how many seconds."""

    def __init__(self, now_s: float = 1_790_000_000.0) -> None:
        self.moved: Callable[[float], None] = lambda _: None
        self._start_s = now_s
        self._passed_s = 0.0

    def now_s(self) -> float:
        return self._start_s + self._passed_s

    def monotonic_s(self) -> float:
        return self._passed_s

    async def sleep(self, seconds: float) -> None:
        end_s = self._passed_s + seconds
        await asyncio.sleep(0)
        self.advance(end_s - self._passed_s)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        if seconds > 0:
            self._passed_s += seconds
            self.moved(seconds)
