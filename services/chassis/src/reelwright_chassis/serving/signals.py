"""SIGTERM and SIGINT: the first asks for an orderly end, the second for a quick one."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def listening(on_first: Callable[[str], None], on_second: Callable[[str], None]) -> Iterator[None]:
    """While the block lasts both are called on the event loop, with the signal's name. A third kills, as by default."""
    loop = asyncio.get_running_loop()
    received: list[str] = []

    def hear(number: signal.Signals) -> None:
        received.append(number.name)
        if len(received) == 1:
            on_first(number.name)
            return
        for each in _ENDING:
            loop.remove_signal_handler(each)
        on_second(number.name)

    for number in _ENDING:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
