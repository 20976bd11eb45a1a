"""Time as an object, so that a test can move it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Clock(Protocol):
    """What the simulator knows of time: Unix seconds, and waiting for an instant or a nudge."""

    def now_s(self) -> float:
        """The Unix time, in seconds."""
        ...

    async def wait(self, nudge: asyncio.Event, until_s: float | None) -> None:
        """Return once `nudge` is set (it is cleared) or `until_s` has come; None waits for the nudge alone.

        It may return early: who waits looks at the time again.
        """
        ...


class SystemClock:
    """The machine's own time."""

    def now_s(self) -> float:
        """The Unix time, in seconds."""
        return time.time()

    async def wait(self, nudge: asyncio.Event, until_s: float | None) -> None:
        """Return once `nudge` is set (it is cleared) or `until_s` has come."""
        timeout_s = None if until_s is None else max(0.0, until_s - self.now_s())
        with suppress(TimeoutError):
            await asyncio.wait_for(nudge.wait(), timeout_s)
        nudge.clear()


class ManualClock:
    """Time that stands still until `advance` is called: for tests, within one event loop."""

    def __init__(self, now_s: float = 1_790_000_000.0) -> None:
        self._now_s = now_s
        self._waiting: set[asyncio.Event] = set()

    def now_s(self) -> float:
        """The time that was last set, in Unix seconds."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move on, and wake whoever waits so that it looks at the time again."""
        self._now_s += seconds
        for moved in self._waiting:
            moved.set()

    async def wait(self, nudge: asyncio.Event, until_s: float | None) -> None:
        """Return once `nudge` is set (it is cleared) or time was moved, be it to `until_s` or not so far."""
        self._waiting.add(nudge)
        try:
            if until_s is None or self._now_s < until_s:
                await nudge.wait()
            nudge.clear()
        finally:
            self._waiting.discard(nudge)
