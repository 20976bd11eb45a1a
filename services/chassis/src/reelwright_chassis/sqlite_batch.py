"""Work that waited for a SQLite file together. Its writes share one commit, and each is all or nothing for itself."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, eq=False)
class Job:
    """A piece of work, and what came of it."""

    work: Callable[[sqlite3.Connection], Any]
    writes: bool
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tell whoever waits, if anybody still does."""
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def run_jobs(connection: sqlite3.Connection, jobs: Sequence[Job]) -> None:
    """Do them all, reads before writes. What was written is durable when this returns. Never raises."""
    for job in jobs:
        if not job.writes:
            _attempt(connection, job)
    writes = [job for job in jobs if job.writes]
    if writes and not _commit(connection, writes):
        for job in writes:
            _commit(connection, [job])


def _commit(connection: sqlite3.Connection, jobs: Sequence[Job]) -> bool:
    """All in one transaction. False when one failed after it had begun to write: then nothing is written, of any."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in jobs:
            if not _is_whole(connection, job):
                connection.rollback()
                return False
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.rollback()
        for job in jobs:
            job.error = job.error or error
    return True


def _is_whole(connection: sqlite3.Connection, job: Job) -> bool:
    """Do it. Whether all of it is written, or nothing, as where a condition does not hold.

    A savepoint around each would tell, too, for two more statements; and a full disk ends the transaction with it.
    """
    before = connection.total_changes
    _attempt(connection, job)
    return job.error is None or (connection.in_transaction and connection.total_changes == before)


def _attempt(connection: sqlite3.Connection, job: Job) -> None:
    job.result = job.error = None
    try:
        job.result = job.work(connection)
    except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
        job.error = error
