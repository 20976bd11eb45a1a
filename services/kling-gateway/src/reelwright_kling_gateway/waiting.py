"""Waiting that a stop cuts short."""

import asyncio
from typing import TypeVar

from reelwright_chassis.clock import Clock
from reelwright_chassis.worker.job import Job

T = TypeVar("T")

LOOK_S = 1.0
"""How often a waiting job looks whether it is still wanted."""


async def pause(seconds: float, job: Job, clock: Clock) -> None:
    """Sleep. Raises `Stopped` within a second of the stop."""
    end_s = clock.monotonic_s() + seconds
    while True:
        job.raise_if_stopped()
        left_s = end_s - clock.monotonic_s()
        if left_s <= 0:
            return
        await clock.sleep(min(LOOK_S, left_s))


async def stoppable(awaited: "asyncio.Future[T]", job: Job) -> T:
    """The future's result; the future itself is never cancelled. Raises `Stopped` within a second of the stop."""
    while not awaited.done():
        job.raise_if_stopped()
        await asyncio.wait({awaited}, timeout=LOOK_S)
    return awaited.result()
