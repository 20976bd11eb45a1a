"""Items and index entries as rows: the blocking half of the SQLite store, run inside its transactions."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, cast

from reelwright_chassis.sqlite_many import Many
from reelwright_chassis.store.codec import decode_item, encode_item
from reelwright_chassis.store.limits import Position, Sort, check_item, keys_of
from reelwright_chassis.store.port import Delete, Item, Put, Table, Value, Write

Place = tuple[str, str, Sort]
"""Table, partition, sort: where an item lies."""

_PUT_ITEMS = Many("INSERT OR REPLACE INTO items VALUES", "(?, ?, ?, ?, ?)")
_PUT_ENTRIES = Many("INSERT OR REPLACE INTO entries VALUES", "(?, ?, ?, ?, ?, ?)")
# Not by IN with rows: SQLite looks through the whole table then.
_READ_ITEMS = Many(
    "SELECT tbl, partition, sort, body, expires_at FROM items WHERE",
    "(tbl = ? AND partition = ? AND sort = ?)",
    " OR ",
)
_DROP_ITEMS = Many("DELETE FROM items WHERE", "(tbl = ? AND partition = ? AND sort = ?)", " OR ")
_DROP_ENTRIES = Many("DELETE FROM entries WHERE", "(tbl = ? AND item_partition = ? AND item_sort = ?)", " OR ")


def read_item(connection: sqlite3.Connection, table: Table, where: Position, now_s: float) -> dict[str, Value] | None:
    row = connection.execute(
        "SELECT body FROM items WHERE tbl = ? AND partition = ? AND sort = ?"
        " AND (expires_at IS NULL OR expires_at > ?)",
        (table.name, *where, now_s),
    ).fetchone()
    return None if row is None else decode_item(row[0])


def read_items(connection: sqlite3.Connection, places: Sequence[Place], now_s: float) -> dict[Place, Item]:
    """Those that there are."""
    return {
        (table, partition, sort): decode_item(body)
        for table, partition, sort, body, expires_at in _READ_ITEMS.read(connection, places)
        if expires_at is None or expires_at > now_s
    }


def apply(connection: sqlite3.Connection, changes: Mapping[Place, Put | Delete]) -> None:
    """Make them, whose conditions hold, in few statements."""
    puts = [change for change in changes.values() if isinstance(change, Put)]
    _DROP_ENTRIES.run(connection, [place for place, change in changes.items() if change.table.indexes])
    _DROP_ITEMS.run(connection, [place for place, change in changes.items() if isinstance(change, Delete)])
    _PUT_ITEMS.run(connection, [_row(put.table, put.item) for put in puts])
    _PUT_ENTRIES.run(connection, [entry for put in puts for entry in _entries(put.table, put.item)])


def index_anew(connection: sqlite3.Connection, table: Table) -> None:
    """Make a table's index entries and expiries again after its declaration changed. Raises `InvalidItem`."""
    connection.execute("DELETE FROM entries WHERE tbl = ?", (table.name,))
    bodies = connection.execute("SELECT body FROM items WHERE tbl = ?", (table.name,)).fetchall()
    for (body,) in bodies:
        item = decode_item(body)
        check_item(table, item)
        _PUT_ITEMS.run(connection, [_row(table, item)])
        _PUT_ENTRIES.run(connection, _entries(table, item))


def purge(connection: sqlite3.Connection, now_s: float) -> None:
    """Remove what has expired."""
    expired = connection.execute("SELECT tbl, partition, sort FROM items WHERE expires_at <= ?", (now_s,)).fetchall()
    for place in expired:
        _DROP_ITEMS.run(connection, [place])
        _DROP_ENTRIES.run(connection, [place])


def place_of(write: Write) -> Place:
    return _place(write.table, keys_of(write))


def _place(table: Table, attributes: Any) -> Place:
    """As `limits.position`, of what has been checked: each write comes here more than once, with the file locked."""
    return (table.name, attributes[table.partition], "" if table.sort is None else attributes[table.sort])


def _row(table: Table, item: Item) -> tuple[Value, ...]:
    return (*_place(table, item), encode_item(item), expiry_of(table, item))


def expiry_of(table: Table, item: Item) -> float | None:
    """Unix time from which on it is not there any more."""
    return cast(float | None, item.get(table.ttl)) if table.ttl is not None else None


def _entries(table: Table, item: Item) -> list[tuple[Value, ...]]:
    """One for each index that the item is in: it has all of the index's attributes."""
    _, *where = _place(table, item)
    return [
        (table.name, index.name, item[index.partition], "" if index.sort is None else item[index.sort], *where)
        for index in table.indexes
        if index.partition in item and (index.sort is None or index.sort in item)
    ]
