"""One statement for many rows: each statement gives up the interpreter, and waits for it behind all that runs."""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

_AT_ONCE = 100
"""Rows. SQLite takes 1,000 terms of a condition, and 32,766 parameters."""


class Many(NamedTuple):
    """`verb`, then each row's parameters as `row` names them, with `joint` between."""

    verb: str
    row: str
    joint: str = ", "

    def run(self, connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            connection.execute(f"{self.verb} {self.joint.join([self.row] * len(some))}", [*chain.from_iterable(some)])
