"""A wish to end, which threads may read and tasks may wait for."""

import asyncio
from collections.abc import Callable

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Stopped


class StopSignal:
    """Set once, with the reason. `set` belongs to the event loop; `reason` may be read from any thread."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._event = asyncio.Event()
        self._then: list[Callable[[], object]] = []

    def __bool__(self) -> bool:
        return self.reason is not None

    def set(self, reason: str) -> None:
        if self.reason is None:
            self.reason = reason
            self._event.set()
            for call in self._then:
                call()

    def then(self, call: Callable[[], object]) -> None:
        """Call it when this is set, or at once when it was."""
        if self:
            call()
        else:
            self._then.append(call)

    def raise_if_set(self) -> None:
        """Raises `Stopped`."""
        if self.reason is not None:
            raise Stopped(self.reason)

    async def wait(self) -> None:
        await self._event.wait()

    async def sleep(self, clock: Clock, seconds: float) -> None:
        """Sleep, or wake as soon as this is set."""
        tasks = {asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(self._event.wait())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
