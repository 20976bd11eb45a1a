"""Tasks that live beside a piece of work."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from reelwright_chassis.logs import get_logger

log = get_logger(__name__)


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
