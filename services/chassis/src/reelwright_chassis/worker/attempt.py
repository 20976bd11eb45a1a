"""One attempt at a request, as its handler sees it."""

from dataclasses import dataclass
from pathlib import Path

from reelwright_chassis.clock import Clock
from reelwright_chassis.worker.lease import Lease, Subject
from reelwright_chassis.worker.progress import Progress
from reelwright_chassis.worker.scratch import Scratch
from reelwright_chassis.worker.stop import StopSignal


@dataclass(slots=True)
class Attempt:
    """Implements `Job`. `until_s` is the deadline on the clock's monotonic time."""

    subject: Subject
    worker: str
    attempt: int
    until_s: float
    folder: Scratch
    stop: StopSignal
    lease: Lease
    teller: Progress
    clock: Clock

    @property
    def request_id(self) -> str:
        return self.subject.request_id

    @property
    def project_id(self) -> str:
        return self.subject.project_id

    @property
    def deadline_s(self) -> float:
        return max(0.0, self.until_s - self.clock.monotonic_s())

    @property
    def stopped(self) -> bool:
        return bool(self.stop)

    @property
    def scratch(self) -> Path:
        return self.folder.path

    def raise_if_stopped(self) -> None:
        self.stop.raise_if_set()

    def progress(self, percent: float, doing: str) -> None:
        self.teller.tell(percent, doing)

    async def confirm(self) -> None:
        await self.lease.confirm()

    async def end(self) -> None:
        """Nothing is told or kept after this."""
        await self.teller.end()
        await self.lease.end()
        await self.folder.remove()
