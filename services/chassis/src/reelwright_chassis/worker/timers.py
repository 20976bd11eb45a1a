"""Many things to do later, most of which are called off: one task waits for all of them."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass

from reelwright_chassis.clock import Clock

_WORTH_SWEEPING = 100


@dataclass(slots=True, eq=False)
class Timer:
    """`call` is None once it was called, or called off."""

    timers: "Timers"
    call: Callable[[], object] | None

    def cancel(self) -> None:
        """Nothing happens to one that was called."""
        if self.call is not None:
            self.call = None
            self.timers.canceled()


class Timers:
    """Calls back at times of the clock, while `run` runs. To set a timer and call it off costs next to nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._canceled = 0
        self._news = asyncio.Event()
        self._awaited_s = float("inf")

    def __len__(self) -> int:
        return len(self._due)

    def after(self, seconds: float, call: Callable[[], object]) -> Timer:
        """`call` returns at once and raises nothing."""
        timer, due_s = Timer(self, call), self._clock.monotonic_s() + seconds
        self._count += 1
        heapq.heappush(self._due, (due_s, self._count, timer))
        if due_s < self._awaited_s:
            self._news.set()
        return timer

    def canceled(self) -> None:
        """One of them was; they are swept out when they are the most."""
        self._canceled += 1
        if self._canceled > max(_WORTH_SWEEPING, len(self._due) // 2):
            self._due = [entry for entry in self._due if entry[2].call is not None]
            heapq.heapify(self._due)
            self._canceled = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._call_due()
            await self._until_next()

    def _call_due(self) -> None:
        now_s = self._clock.monotonic_s()
        while self._due and self._due[0][0] <= now_s:
            timer = heapq.heappop(self._due)[2]
            if timer.call is None:
                self._canceled -= 1
            else:
                call, timer.call = timer.call, None
                call()

    async def _until_next(self) -> None:
        self._news.clear()
        self._awaited_s = self._due[0][0] if self._due else float("inf")
        waits: set[asyncio.Task[object]] = {asyncio.create_task(self._news.wait())}
        if self._due:
            waits.add(asyncio.create_task(self._clock.sleep(self._awaited_s - self._clock.monotonic_s())))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
