"""What a service is built from: the three ports, a channel to the director, and this process's name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import grpc.aio

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.store.port import Store


@dataclass(frozen=True, slots=True)
class Parts:
    bus: Bus
    store: Store
    blobs: Blobs
    director: grpc.aio.Channel
    """A channel to the director's WorkService and ProjectService."""
    scratch: Path
    """A local folder for temporary files; may be on another file system than the blobs."""
    instance: str
    """Unique per process: used as worker name and consumer group member."""
    grace_s: float = 25.0
    """How long jobs may run on after a stop, before they are cancelled."""


class Service(Protocol):
    """Something that runs until it is told to stop."""

    @property
    def name(self) -> str: ...

    async def run(self) -> None:
        """Works until `stop()`, then returns once what runs is finished or checkpointed. Raises on an own fault."""

    def stop(self) -> None:
        """Ask it to end; idempotent, returns at once."""

    @property
    def ready(self) -> bool: ...

    @property
    def why_unready(self) -> str | None:
        """What it waits for, in a few words for whoever operates it; None when it is ready."""

    @property
    def poll_age_s(self) -> float | None:
        """Seconds since its loop last turned: what tells a wedged one. None while there is no loop to turn."""
