"""One statement for many rows: each statement gives up the interpreter, and waits for it behind all that runs."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

_AT_ONCE = 100
"""Rows. SQLite takes 1,000 terms of a condition, and 32,766 parameters."""


class Many(NamedTuple):
    """`verb`, then each row's parameters as `row` names them, with `joint` between, then `last`."""

    verb: str
    row: str
    joint: str = ", "
    last: str = ""

    def run(self, connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> None:
        for some in _portions(rows):
            self._execute(connection, some)

    def read(self, connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """What a SELECT finds."""
        for some in _portions(rows):
            yield from self._execute(connection, some)

    def _execute(self, connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> sqlite3.Cursor:
        text = f"{self.verb} {self.joint.join([self.row] * len(rows))} {self.last}"
        return connection.execute(text, [*chain.from_iterable(rows)])


def _portions(rows: Sequence[Sequence[Any]]) -> Iterator[Sequence[Sequence[Any]]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
