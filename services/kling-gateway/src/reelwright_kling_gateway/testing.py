"""Stand-ins for tests of this service: a job without a director, a clock that jumps."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from reelwright_chassis.errors import Stopped


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


class FakeJob:
    """An attempt that is always wanted until `stop` is called; implements the chassis' `Job`."""

    def __init__(self, scratch: Path, *, request_id: str = "request", attempt: int = 1, worker: str = "worker") -> None:
        self.request_id = request_id
        self.project_id = "project"
        self.worker = worker
        self.attempt = attempt
        self.scratch = scratch
        self.deadline_s = 2400.0
        self.stopped = False
        self.confirmed = 0
        self.told: list[tuple[float, str]] = []

    def stop(self) -> None:
        self.stopped = True

    def raise_if_stopped(self) -> None:
        if self.stopped:
            raise Stopped("the test says stop")

    def progress(self, percent: float, doing: str) -> None:
        self.told.append((percent, doing))

    async def confirm(self) -> None:
        self.confirmed += 1
        self.raise_if_stopped()
