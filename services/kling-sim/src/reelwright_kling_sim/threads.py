"""Threads for work that blocks, awaited from the event loop: one for drawing, one for the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from reelwright_kling_sim.ledger import Ledger

P = ParamSpec("P")
T = TypeVar("T")


class OneThread:
    """Runs blocking calls one after another, in one thread of its own."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The call's result; what it raises is raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(call, *args, **kwargs))

    async def close(self) -> None:
        """Wait for the call that runs, drop those that wait, end the thread."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)


class LedgerThread:
    """The ledger, each of whose methods is awaited as `await db(Ledger.method, ...)`."""

    def __init__(self, thread: OneThread, ledger: Ledger) -> None:
        self._thread = thread
        self._ledger = ledger

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the ledger in a thread of its own."""
        thread = OneThread("kling-sim-ledger")
        return cls(thread, await thread.run(Ledger, path))

    async def __call__(self, method: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of one of the ledger's methods."""
        return await self._thread.run(method, self._ledger, *args, **kwargs)

    async def close(self) -> None:
        """Close the file once the call that runs has ended."""
        await self._thread.run(self._ledger.close)
        await self._thread.close()
