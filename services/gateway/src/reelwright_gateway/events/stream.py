"""Streams of events: a snapshot, then only what is newer."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import ReelwrightError
from reelwright_gateway.live.encode import sse
from reelwright_gateway.live.listener import Event, Listener

_AGAIN_MS = (1_000, 5_000)
"""Clients come back after a time drawn from here, so that a restart does not bring them all at once."""
_LIFETIME_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a stream begins with: events, and the version of each project in them."""

    data: bytes
    versions: dict[str, int]


async def stream(
    listener: Listener, snapshot: Callable[[], Awaitable[Snapshot]], clock: Clock, *, lifetime_s: float
) -> AsyncIterator[bytes]:
    """Begins anew with a snapshot whenever something may have been missed. Ends after about `lifetime_s`."""
    ends_s = clock.monotonic_s() + lifetime_s * (1 + random.uniform(-_LIFETIME_SPREAD, _LIFETIME_SPREAD))
    first = await _taken(snapshot)
    if first is None:
        return
    seen = dict(first.versions)
    yield sse("hello", "{}", retry_ms=random.randint(*_AGAIN_MS)) + first.data
    while not listener.closed and clock.monotonic_s() < ends_s:
        if listener.take_lost():
            again = await _taken(snapshot)
            if again is None:
                return
            seen = dict(again.versions)
            yield again.data
        event = await listener.next(ends_s - clock.monotonic_s())
        if event is not None and _is_new(event, seen):
            yield event.data
            if event.last and len(seen) <= 1:
                return


async def _taken(snapshot: Callable[[], Awaitable[Snapshot]]) -> Snapshot | None:
    """None when there is none to be had: then the stream ends, its client connects anew, and is told why."""
    try:
        return await snapshot()
    except ReelwrightError:
        return None


def _is_new(event: Event, seen: dict[str, int]) -> bool:
    """A change that was not overtaken; progress always is."""
    if not event.version:
        return True
    if event.version <= seen.get(event.project_id, 0):
        return False
    seen[event.project_id] = event.version
    return True
