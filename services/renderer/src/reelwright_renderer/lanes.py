"""The processes of one render, each working off its own run of pieces and helping the others when it is done."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from reelwright_chassis.processes import CpuPool
from reelwright_renderer.schedule import Schedule

T = TypeVar("T")


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@asynccontextmanager
async def open_lanes(count: int) -> AsyncIterator[list[CpuPool]]:
    """`count` pools of one process each, started when first used; what a lane keeps stays in its process."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(CpuPool(workers=1)) for _ in range(count)]


async def run_all(
    schedule: Schedule[T],
    lanes: Sequence[CpuPool],
    make: Callable[[T, CpuPool], Coroutine[None, None, None]],
    keep: Callable[[T], Coroutine[None, None, None]],
) -> None:
    """Make every item on one of the lanes; `keep` runs beside the next one. The first failure stops all and flies."""

    async def work(group: asyncio.TaskGroup, number: int) -> None:
        while (item := schedule.take(number)) is not None:
            await make(item, lanes[number])
            group.create_task(keep(item))

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(len(lanes)):
                group.create_task(work(group, number))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
