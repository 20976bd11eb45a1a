"""Several services in one process: they work side by side, and one that breaks ends them all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from reelwright_chassis.parts import Service


@asynccontextmanager
async def running(services: Sequence[Service]) -> AsyncIterator[None]:
    """The services at work for as long as the block lasts; a fault of one of them ends the block with its error."""
    try:
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.run(), name=service.name)
            try:
                yield
            finally:
                for service in services:
                    service.stop()
    except BaseExceptionGroup as errors:
        raise first_error(errors) from errors


def first_error(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first: the others followed from it."""
    error = errors.exceptions[0]
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error
