"""Waiting for what can only be looked at, within a bound."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(holds: Callable[[], Awaitable[object]], within_s: float, what: str) -> None:
    """Returns once it holds. Raises AssertionError, with `what`, when it does not in time."""
    try:
        async with asyncio.timeout(within_s):
            while not await holds():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"not within {within_s:.0f} s: {what}") from None
