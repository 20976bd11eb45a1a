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
    if not writes:
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in writes:
            _write(connection, job)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for job in writes:
            job.error = job.error or error


def _attempt(connection: sqlite3.Connection, job: Job) -> None:
    try:
        job.result = job.work(connection)
    except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
        job.error = error


def _write(connection: sqlite3.Connection, job: Job) -> None:
    """Within the transaction. Raises what ended it for all, as a full disk does."""
    connection.execute("SAVEPOINT job")
    _attempt(connection, job)
    if job.error is not None:
        if not connection.in_transaction:
            raise sqlite3.OperationalError(str(job.error)) from job.error
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")
