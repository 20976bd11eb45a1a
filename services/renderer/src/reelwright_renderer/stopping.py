"""Ends work that nobody wants any more."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

from reelwright_chassis.errors import Stopped

T = TypeVar("T")

CHECK_S = 0.25


async def until_stopped(work: Coroutine[None, None, T], should_stop: Callable[[], bool]) -> T:
    """The result of `work`; as soon as `should_stop()` holds, `work` is cancelled, cleans up, and Stopped flies."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            if should_stop():
                raise Stopped("the render is no longer wanted")
            await asyncio.wait({task}, timeout=CHECK_S)
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
