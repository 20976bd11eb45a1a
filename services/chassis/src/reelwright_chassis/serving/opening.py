"""Opens the parts that a service stands on, and waits for each that is away."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Parts
from reelwright_chassis.serving.backends import opened
from reelwright_chassis.serving.health import Health
from reelwright_chassis.serving.needs import Need
from reelwright_chassis.settings import Settings

T = TypeVar("T")

log = get_logger(__name__)

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 10.0
_KEY_WAIT_S = 30.0


async def until_available(what: str, call: Callable[[], Awaitable[T]], health: Health) -> T:
    """The first answer of `call` that is neither `Unavailable` nor `SettingsError`; each of these is logged and told.

    A key that is refused today may be activated tomorrow, so that is waited for too, only less eagerly.
    """
    wait_s = _FIRST_WAIT_S
    while True:
        try:
            return await call()
        except Unavailable as error:
            health.misses(f"it waits for {what}: {error}")
            log.warning("part_unavailable", part=what, error=str(error))
        except SettingsError as error:
            health.misses(str(error))
            log.error("not_usable", part=what, why=str(error))  # noqa: TRY400 - whoever mends it needs no stack
            wait_s = _KEY_WAIT_S
        await asyncio.sleep(wait_s * random.uniform(0.75, 1.0))
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)


@dataclass(frozen=True, slots=True)
class Own:
    """What parts hold besides the ports: of this process alone."""

    scratch: Path
    instance: str
    grace_s: float


async def open_parts(
    needs: Collection[Need], settings: Mapping[Need, Settings], own: Own, stack: AsyncExitStack, health: Health
) -> Parts:
    """The parts, closed with the stack. One that is not needed is an object that says so when it is used."""
    found: dict[Need, Any] = {need: _NotNeeded(need) for need in Need}
    for need in needs:
        found[need] = await until_available(need.value, partial(_enter, stack, need, settings, own.scratch), health)
    return Parts(
        bus=found[Need.BUS],
        store=found[Need.STORE],
        blobs=found[Need.BLOBS],
        director=found[Need.DIRECTOR],
        scratch=own.scratch,
        instance=own.instance,
        grace_s=own.grace_s,
    )


async def _enter(stack: AsyncExitStack, need: Need, settings: Mapping[Need, Settings], scratch: Path) -> Any:
    return await stack.enter_async_context(opened(need, settings, scratch))


class _NotNeeded:
    """In the place of a part that the program did not name among its needs."""

    def __init__(self, need: Need) -> None:
        self._need = need

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name}: this service does not stand on {self._need.value}; name it in Program.needs")
