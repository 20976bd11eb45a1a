"""A job for tests that call a handler by itself."""

from dataclasses import dataclass, field
from pathlib import Path

from reelwright_chassis.errors import Stopped


@dataclass
class FakeJob:
    """Implements `Job`. Set `stopped` to have the handler stop; `told` and `confirms` say what the handler did."""

    scratch: Path
    request_id: str = "request-1"
    project_id: str = "project-1"
    worker: str = "test-worker"
    attempt: int = 1
    deadline_s: float = 900.0
    stopped: bool = False
    told: list[tuple[float, str]] = field(default_factory=list)
    confirms: int = 0

    def raise_if_stopped(self) -> None:
        if self.stopped:
            raise Stopped("the test said stop")

    def progress(self, percent: float, doing: str) -> None:
        self.told.append((percent, doing))

    async def confirm(self) -> None:
        self.confirms += 1
        self.raise_if_stopped()
