"""A part that this process stands on is away: wait for it without a limit, and say so."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.worker.stop import StopSignal

T = TypeVar("T")

log = get_logger(__name__)

_BASE_S, _CAP_S = 0.5, 15.0


class Outage:
    """Counts the calls that wait for a part to come back. `ended` is called when the last of them got through."""

    def __init__(self, clock: Clock, *, ended: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._ended = ended
        self._waiting = 0
        self._error = ""

    def __bool__(self) -> bool:
        return self._waiting > 0

    @property
    def why(self) -> str | None:
        """Which part is away, as the last call that failed said it; None when none is."""
        return f"it waits for a part that is away: {self._error}" if self._waiting else None

    async def ride_out(self, call: Callable[[], Awaitable[T]], stop: StopSignal) -> T:
        """The first answer that is not `Unavailable`. Raises `Stopped` when that is wished for between two calls."""
        try:
            return await call()
        except Unavailable as error:
            log.warning("part_unavailable", error=str(error))
            self._error = str(error)
        self._waiting += 1
        metrics.OUTAGES.inc()
        try:
            return await self._call_again(call, stop)
        finally:
            self._waiting -= 1
            metrics.OUTAGES.dec()
            if not self._waiting:
                self._ended()

    async def _call_again(self, call: Callable[[], Awaitable[T]], stop: StopSignal) -> T:
        wait_s = _BASE_S
        while True:
            await stop.sleep(self._clock, wait_s * random.uniform(0.5, 1.0))
            stop.raise_if_set()
            try:
                answer = await call()
            except Unavailable as error:
                log.info("part_still_unavailable", error=str(error))
                self._error = str(error)
                wait_s = min(2 * wait_s, _CAP_S)
            else:
                log.info("part_available_again")
                return answer
