"""Limits on how long a piece of work may take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from reelwright_chassis.logs import get_logger
from reelwright_chassis.worker.stop import StopSignal
from reelwright_chassis.worker.timers import Timer, Timers

T = TypeVar("T")

log = get_logger(__name__)

# How long a handler has to notice that it shall stop, before it is cancelled; and to end then.
_STOP_GRACE_S = 30.0
_CANCEL_S = 10.0


async def run_until(work: Callable[[], Awaitable[T]], timers: Timers, deadline_s: float, stop: StopSignal) -> T | None:
    """The work's result; None when it was cancelled, at the deadline or when it did not hear the stop.

    Cancelled itself, it cancels the work.
    """
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    patience = _Patience(over, timers, deadline_s)
    working = asyncio.create_task(_tell(work, patience))
    stop.then(patience.shorten)
    try:
        await over
    finally:
        patience.end()
        if not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=_CANCEL_S)
    if not working.done():
        log.error("work_ignores_cancellation")
    return working.result() if working.done() and not working.cancelled() else None


async def _tell(work: Callable[[], Awaitable[T]], patience: "_Patience") -> T:
    """Ends the patience from within, a turn of the event loop before the task's callbacks would."""
    try:
        return await work()
    finally:
        patience.end()


class _Patience:
    """Resolves `over` after a time."""

    def __init__(self, over: "asyncio.Future[None]", timers: Timers, seconds: float) -> None:
        self._over = over
        self._timers = timers
        self._timer: Timer = timers.after(seconds, self.end)

    def shorten(self) -> None:
        """To the grace after a stop."""
        if not self._over.done():
            self._timer.cancel()
            self._timer = self._timers.after(_STOP_GRACE_S, self.end)

    def end(self) -> None:
        self._timer.cancel()
        if not self._over.done():
            self._over.set_result(None)
