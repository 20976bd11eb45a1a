"""Ctrl-C and SIGTERM end a command in order: its tasks are cancelled, its services end, its files are whole."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_ENDING = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):
    """A signal ended the command; `exit_code` is what a shell expects of it."""

    def __init__(self, received: signal.Signals) -> None:
        super().__init__("Stopped. The same command goes on where it was.")
        self.exit_code = 128 + received


def run(command: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end. Raises what it raises, and `Interrupted`."""
    received: list[signal.Signals] = []
    try:
        return asyncio.run(_listening(command, received))
    except BaseException:
        if received:
            raise Interrupted(received[0]) from None
        raise


async def _listening(command: Coroutine[Any, Any, T], received: list[signal.Signals]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101  # a coroutine runs in one

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()
        # Whoever asks twice does not want to wait for order.
        loop.remove_signal_handler(number)

    for number in _ENDING:
        loop.add_signal_handler(number, end, number)
    return await command


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt right here: for a question that blocks the event loop."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
