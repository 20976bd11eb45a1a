"""What a real part is: a module `parts.<name>` that says whether it is here, fetches it, and starts it."""

from pathlib import Path
from typing import Protocol


class Part(Protocol):
    """A running part. `address` is what clients need to know, as strings."""

    @property
    def address(self) -> dict[str, str]: ...

    def stop(self) -> None:
        """Ends it; idempotent."""


class PartModule(Protocol):
    """What each module `parts.<name>` has."""

    @staticmethod
    def missing() -> str | None:
        """Why it cannot be started on this machine as it is, with the remedy; None when it can."""

    @staticmethod
    def install() -> None:
        """Fetch or build it into the cache; raises when the machine lacks what that needs."""

    @staticmethod
    def start(folder: Path) -> Part:
        """Start one in `folder`, on a free loopback port; returns when it answers."""
