"""What a handler is given beside its request."""

from pathlib import Path
from typing import Protocol


class Job(Protocol):
    """One attempt at one request, under a lease from the director."""

    @property
    def request_id(self) -> str: ...

    @property
    def project_id(self) -> str: ...

    @property
    def worker(self) -> str:
        """This process's name in leases and history."""

    @property
    def attempt(self) -> int:
        """From 1; counted by the director, so it survives this process."""

    @property
    def deadline_s(self) -> float:
        """Seconds left until the director gives this request up."""

    @property
    def scratch(self) -> Path:
        """An empty folder of this attempt's own; it vanishes when the attempt ends."""

    @property
    def stopped(self) -> bool:
        """True once the director or a shutdown said stop. Safe to read from another thread."""

    def raise_if_stopped(self) -> None:
        """Raises `Stopped`."""

    def progress(self, percent: float, doing: str) -> None:
        """Tell how far this is (0..100) and what is being done, in a word or two. Cheap; sent at most once a second.

        Safe to call from another thread.
        """

    async def confirm(self) -> None:
        """Ask the director now whether this attempt goes on and may pay; call it right before each paid call.

        Waits while the director is unreachable (a paid call must wait). Raises `Stopped`, also while the stage is
        paused: the request is then asked again later.
        """
