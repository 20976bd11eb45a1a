"""Work that waited for a SQLite file together. Its writes share one commit, and each is all or nothing for itself."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

Joint: TypeAlias = Callable[[sqlite3.Connection, Sequence[Any]], Sequence[Exception | None]]
"""Does what several asked for, one after the other, in as few statements as it can: each gives up the interpreter.

It answers for each with an error, where it has written nothing of it, or None. When it raises, nothing counts.
"""


@dataclass(slots=True, eq=False)
class Job:
    """A piece of work, and what came of it: a function's own, or what is asked of a joint one."""

    work: "Callable[[sqlite3.Connection], Any] | Asked"
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


class Asked(NamedTuple):
    """A share in a joint work."""

    joint: Joint
    what: Any


def run_jobs(connection: sqlite3.Connection, jobs: Sequence[Job]) -> None:
    """Do them all, reads before writes. What was written is durable when this returns. Never raises."""
    for job in jobs:
        if not job.writes:
            _attempt(connection, [job])
    writes = [job for job in jobs if job.writes]
    if writes and not _commit(connection, writes):
        for job in writes:
            _commit(connection, [job])


def _commit(connection: sqlite3.Connection, jobs: Sequence[Job]) -> bool:
    """All in one transaction. False when one failed after it had begun to write: then nothing is written, of any."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for unit in _units(jobs):
            if not _is_whole(connection, unit):
                connection.rollback()
                return False
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.rollback()
        for job in jobs:
            job.error = job.error or error
    return True


def _units(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Neighbours that share a joint work, and each of the others for itself."""
    for joint, some in groupby(jobs, lambda job: job.work.joint if isinstance(job.work, Asked) else None):
        if joint is None:
            yield from ([job] for job in some)
        else:
            yield list(some)


def _is_whole(connection: sqlite3.Connection, unit: Sequence[Job]) -> bool:
    """Do it. Whether all of it is written, or nothing, as where a condition does not hold.

    A savepoint around each would tell, too, for two more statements; and a full disk ends the transaction with it.
    """
    before = connection.total_changes
    return _attempt(connection, unit) or (
        len(unit) == 1 and connection.in_transaction and connection.total_changes == before
    )


def _attempt(connection: sqlite3.Connection, unit: Sequence[Job]) -> bool:
    """Whether it came to its end, if only to answer with errors."""
    ended = True
    try:
        outcomes = _outcomes(connection, unit)
    except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
        outcomes, ended = [(None, error)] * len(unit), False
    for job, outcome in zip(unit, outcomes, strict=True):
        job.result, job.error = outcome
    return ended


def _outcomes(connection: sqlite3.Connection, unit: Sequence[Job]) -> Sequence[tuple[Any, BaseException | None]]:
    """What came of each. Raises what the work raises."""
    work = unit[0].work
    if isinstance(work, Asked):
        return [(None, error) for error in work.joint(connection, [job.work.what for job in unit])]  # type: ignore[union-attr]
    return [(work(connection), None)]
