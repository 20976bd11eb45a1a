"""Transactions that came to the SQLite store together, in as few statements as one of them takes."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reelwright_chassis import metrics
from reelwright_chassis.errors import Conflict
from reelwright_chassis.store import sqlite_rows as rows
from reelwright_chassis.store.conditions import holds
from reelwright_chassis.store.port import Check, Delete, Item, Put, Write


class Transaction(NamedTuple):
    """Writes that are made all or not at all, and when they came, as Unix time."""

    writes: Sequence[Write]
    now_s: float


def apply(connection: sqlite3.Connection, transactions: Sequence[Transaction]) -> list[Exception | None]:
    """Make them as if one came after the other. Answers for each with a `Conflict` where a condition did not hold."""
    now = _read(connection, transactions)
    changes: dict[rows.Place, Put | Delete] = {}
    answers: list[Exception | None] = []
    for writes, now_s in transactions:
        answers.append(_conflict(writes, now))
        if answers[-1] is None:
            made = {rows.place_of(write): write for write in writes if not isinstance(write, Check)}
            changes |= made
            now |= {place: _left(change, now_s) for place, change in made.items() if place in now}
    rows.apply(connection, changes)
    return answers


def _read(connection: sqlite3.Connection, transactions: Sequence[Transaction]) -> dict[rows.Place, Item | None]:
    """Every item that a condition is about, as it is before the first of them; None where there is none."""
    places = {rows.place_of(write) for writes, _ in transactions for write in writes if write.when is not None}
    return {**dict.fromkeys(places), **rows.read_items(connection, list(places), transactions[-1].now_s)}


def _conflict(writes: Sequence[Write], now: Mapping[rows.Place, Item | None]) -> Conflict | None:
    for write in writes:
        if write.when is not None and not holds(write.when, now[rows.place_of(write)]):
            metrics.STORE_CONFLICTS.labels(table=write.table.name).inc()
            return Conflict(f"a condition on {write.table.name} does not hold")
    return None


def _left(change: Put | Delete, now_s: float) -> Item | None:
    """What the next condition finds there."""
    if isinstance(change, Delete):
        return None
    expires_at = rows.expiry_of(change.table, change.item)
    return change.item if expires_at is None or expires_at > now_s else None
