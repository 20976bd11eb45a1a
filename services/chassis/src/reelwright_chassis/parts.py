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
