"""One SQLite file with one connection on one thread of its own: what the embedded store and bus stand on."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

from reelwright_chassis.errors import StateTooNew, StateUnreadable, Unavailable
from reelwright_chassis.sqlite_batch import Asked, Job, Joint, run_jobs

T = TypeVar("T")

# FULL: a commit is on the disk before it is acknowledged. An intent row that a power cut takes back would let a paid
# call be made twice, and a lost request would never be asked again.
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=5000")


class Database:
    """Runs blocking work on the file, off the event loop. What waits meanwhile is done together: one commit for all.

    `migrations[n]` is the script that brings schema version n to n + 1. Work raises `Unavailable` when the file cannot
    be read or written (disk full, disk error, closed).
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self.path = path
        self._connection = connection
        self._thread = thread
        self._waiting: list[Job] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    @classmethod
    async def open(cls, path: Path, migrations: Sequence[str]) -> Self:
        """Create or migrate the file. Raises `StateTooNew`, `StateUnreadable`, `Unavailable`."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"sqlite-{path.stem}")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, _open, path, migrations)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(path, connection, thread)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the connection; it must not write."""
        return await self._do(work, writes=False)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction: all of it is durable when this returns, none of it when it raises."""
        return await self._do(work, writes=True)

    async def write_jointly(self, joint: Joint, what: Any) -> None:
        """The same by a function that does at once what several ask of it. Raises what it answers for this one."""
        await self._do(Asked(joint, what), writes=True)

    async def close(self) -> None:
        """What was asked before is done before; idempotent."""
        if self._closed:
            return
        self._closed = True
        await self._idle.wait()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown(wait=False)

    async def _do(self, work: Callable[[sqlite3.Connection], T] | Asked, *, writes: bool) -> T:
        if self._closed:
            raise Unavailable(f"{self.path.name} is closed")
        loop = asyncio.get_running_loop()
        job = Job(work, writes, loop.create_future())
        self._waiting.append(job)
        if self._idle.is_set():
            self._begin(loop)
        try:
            result: T = await job.future
        except sqlite3.OperationalError as error:
            raise Unavailable(f"{self.path.name}: {error}") from error
        return result

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the thread do all that waits: it is woken once for many."""
        jobs = [job for job in self._waiting if not job.future.cancelled()]
        self._waiting = []
        if not jobs:
            self._idle.set()
            return
        self._idle.clear()
        self._thread.submit(self._run, loop, jobs)

    def _run(self, loop: asyncio.AbstractEventLoop, jobs: list[Job]) -> None:
        run_jobs(self._connection, jobs)
        loop.call_soon_threadsafe(self._settle, loop, jobs)

    def _settle(self, loop: asyncio.AbstractEventLoop, jobs: list[Job]) -> None:
        self._begin(loop)
        for job in jobs:
            job.settle()


def _open(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise Unavailable(f"{path} cannot be opened: {error}") from error
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        _migrate(path, connection, migrations)
    except sqlite3.OperationalError as error:
        connection.close()
        raise Unavailable(f"{path} cannot be opened: {error}") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StateUnreadable(f"{path} is damaged or no file of Reelwright: move it away and start again") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(path: Path, connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        known = f"schema {version}, this one knows {len(migrations)}"
        remedy = "install the newer Reelwright, or set REELWRIGHT_HOME to another folder"
        raise StateTooNew(f"{path} was written by a newer Reelwright ({known}): {remedy}")
    for number in range(version, len(migrations)):
        # The version changes in the same transaction as the schema, so a kill in between repeats nothing.
        script = f"BEGIN IMMEDIATE;\n{migrations[number]}\n;PRAGMA user_version={number + 1};\nCOMMIT;"
        connection.executescript(script)
