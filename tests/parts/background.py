"""Starting parts beside a running event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

# A part ends with the thread that started it, and those of asyncio.to_thread end with each test's loop.
_LASTING = ThreadPoolExecutor(1, "parts")


async def in_background(call: Callable[[], T]) -> T:
    """Call it in a thread that lives as long as this process."""
    return await asyncio.get_running_loop().run_in_executor(_LASTING, call)
