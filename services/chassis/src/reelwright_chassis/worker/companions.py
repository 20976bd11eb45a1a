"""Tasks that live beside a piece of work, and limits on how long it may take."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from reelwright_chassis.logs import get_logger

T = TypeVar("T")

log = get_logger(__name__)

_CANCEL_S = 10.0


@asynccontextmanager
async def beside(*companions: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run the companions while the body runs; they end with it. What they raise is logged."""
    tasks = [asyncio.ensure_future(companion) for companion in companions]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("companion_failed", exc_info=outcome)


async def run_until(work: Coroutine[object, object, T], limit: Coroutine[object, object, None]) -> T | None:
    """The work's result; None when `limit` returned first, and the work was cancelled for it.

    Cancelled itself, it cancels both.
    """
    working, limiting = asyncio.ensure_future(work), asyncio.ensure_future(limit)
    try:
        await asyncio.wait({working, limiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        limiting.cancel()
        working.cancel()  # nothing happens to what is done
        await asyncio.wait({working}, timeout=_CANCEL_S)
    if not working.done():
        log.error("work_ignores_cancellation")
    return working.result() if working.done() and not working.cancelled() else None
