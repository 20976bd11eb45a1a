"""What a service's `__main__` says: its name, what it stands on, its settings, and how it is put together."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from reelwright_chassis.parts import Parts, Service
from reelwright_chassis.rpc import Mounted
from reelwright_chassis.serving.needs import Need
from reelwright_chassis.settings import Settings

S = TypeVar("S", bound=Settings)


def _nothing(_: Settings) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Built:
    """What the process runs, and what it serves over gRPC meanwhile."""

    services: Sequence[Service] = ()
    mounted: Sequence[Mounted] = ()


@dataclass(frozen=True, slots=True)
class Program(Generic[S]):
    """A service as a process.

    `build` is entered once the parts are open, and left when the services have ended. What it, or a service, raises
    says what happens: `Unavailable` and `SettingsError` (a key that is missing or refused) are waited for, and the
    program is built anew; the process is not ready meanwhile, and says why. Anything else is its own fault, and ends
    it.
    """

    name: str
    module: str
    """What `python -m` runs."""
    about: str
    """A sentence for `--help`."""
    needs: Sequence[Need]
    settings: type[S]
    build: Callable[[Parts, S], AbstractAsyncContextManager[Built]]
    check: Callable[[S], None] = _nothing
    """Raises `SettingsError` for settings that are of no use, whatever the parts say."""

    @property
    def package(self) -> str:
        """The distribution that it belongs to."""
        return self.module.partition(".")[0].replace("_", "-")
