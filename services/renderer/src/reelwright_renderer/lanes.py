"""The processes of one render, driven from the event loop: one task at a time each, killed when nobody waits."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar, cast

from reelwright_chassis.errors import ReelwrightError, Reject
from reelwright_renderer.encode import EncoderFailed
from reelwright_renderer.messages import LENGTH, Done, Failed, Progress, packed, unpacked
from reelwright_renderer.painting import Studio
from reelwright_renderer.schedule import Schedule
from reelwright_renderer.tasks import Task

Result = TypeVar("Result")


class LaneLost(ReelwrightError):
    """A render process ended in the middle of a task: killed, out of memory, or a crash in a codec."""


class TaskFailed(ReelwrightError):
    """A task raised; the message is the traceback of its process."""


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Lane:
    """One process. `run` hands it a task and waits for the result."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def open(cls, studio: Studio) -> AsyncIterator["Lane"]:
        """A process that paints for `studio`; it does not outlive the context, nor this process."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "reelwright_renderer.lane",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            opened = cls(process)
            await opened._send(studio)
            yield opened
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def run(self, task: Task[Result], tell: Callable[[int], None]) -> Result:
        """The task's result. Raises what it failed with: Reject, EncoderFailed, TaskFailed, or LaneLost."""
        await self._send(task)
        while True:
            message = await self._receive()
            if isinstance(message, Progress):
                tell(message.frames)
            elif isinstance(message, Done):
                return cast(Result, message.result)
            elif isinstance(message, Failed):
                raise _error_of(message)

    async def _send(self, message: object) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise LaneLost("a render process has no inbox")
        try:
            stdin.write(packed(message))
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise LaneLost("a render process is gone") from error

    async def _receive(self) -> object:
        stdout = self._process.stdout
        if stdout is None:
            raise LaneLost("a render process has no answers")
        try:
            (size,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
            return unpacked(await stdout.readexactly(size))
        except asyncio.IncompleteReadError as error:
            raise LaneLost("a render process ended in the middle of a task") from error


def _error_of(failed: Failed) -> ReelwrightError:
    if failed.kind == "reject":
        return Reject(failed.reason_code, failed.message)
    if failed.kind == "encoder":
        return EncoderFailed(failed.message)
    return TaskFailed(failed.traceback)


Finished = Callable[[Task[object], object], Coroutine[None, None, None]]


async def run_all(
    schedule: Schedule[Task[object]], lanes: list[Lane], tell: Callable[[int], None], finished: Finished
) -> None:
    """Work off the schedule on all lanes; `finished` runs beside them with each task and its result.

    The first failure stops the others and flies.
    """

    async def work(group: asyncio.TaskGroup, number: int) -> None:
        while (task := schedule.take(number)) is not None:
            group.create_task(finished(task, await lanes[number].run(task, tell)))

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(len(lanes)):
                group.create_task(work(group, number))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures


@asynccontextmanager
async def open_lanes(studio: Studio, count: int) -> AsyncIterator[list[Lane]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Lane.open(studio)) for _ in range(count)]
