"""Items and index entries as rows: the blocking half of the SQLite store, run inside its transactions."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from reelwright_chassis.sqlite_many import Many
from reelwright_chassis.store.codec import decode_item, encode_item
from reelwright_chassis.store.conditions import holds
from reelwright_chassis.store.limits import Position, Sort, check_item, keys_of, position
from reelwright_chassis.store.port import Check, Delete, Item, Put, Table, Value, Write

_Place = tuple[str, str, Sort]
"""Table, partition, sort: where an item lies."""

_PUT_ITEMS = Many("INSERT OR REPLACE INTO items VALUES", "(?, ?, ?, ?, ?)")
_PUT_ENTRIES = Many("INSERT OR REPLACE INTO entries VALUES", "(?, ?, ?, ?, ?, ?)")
# Not by IN with rows: SQLite looks through the whole table then.
_DROP_ITEMS = Many("DELETE FROM items WHERE", "(tbl = ? AND partition = ? AND sort = ?)", " OR ")
_DROP_ENTRIES = Many("DELETE FROM entries WHERE", "(tbl = ? AND item_partition = ? AND item_sort = ?)", " OR ")


def read_item(connection: sqlite3.Connection, table: Table, where: Position, now_s: float) -> dict[str, Value] | None:
    row = connection.execute(
        "SELECT body FROM items WHERE tbl = ? AND partition = ? AND sort = ?"
        " AND (expires_at IS NULL OR expires_at > ?)",
        (table.name, *where, now_s),
    ).fetchone()
    return None if row is None else decode_item(row[0])


def condition_holds(connection: sqlite3.Connection, write: Write, now_s: float) -> bool:
    if write.when is None:
        return True
    return holds(write.when, read_item(connection, write.table, position(write.table, keys_of(write)), now_s))


def apply(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    """Make the writes, whose conditions hold, in few statements."""
    changes = [write for write in writes if not isinstance(write, Check)]
    puts = [write for write in changes if isinstance(write, Put)]
    _DROP_ENTRIES.run(connection, [_place(write.table, keys_of(write)) for write in changes if write.table.indexes])
    _DROP_ITEMS.run(connection, [_place(write.table, write.key) for write in changes if isinstance(write, Delete)])
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


def _place(table: Table, attributes: Any) -> _Place:
    """As `limits.position`, of what has been checked: each write comes here more than once, with the file locked."""
    return (table.name, attributes[table.partition], "" if table.sort is None else attributes[table.sort])


def _row(table: Table, item: Item) -> tuple[Value, ...]:
    expires_at = item.get(table.ttl) if table.ttl is not None else None
    return (*_place(table, item), encode_item(item), expires_at)


def _entries(table: Table, item: Item) -> list[tuple[Value, ...]]:
    """One for each index that the item is in: it has all of the index's attributes."""
    _, *where = _place(table, item)
    return [
        (table.name, index.name, item[index.partition], "" if index.sort is None else item[index.sort], *where)
        for index in table.indexes
        if index.partition in item and (index.sort is None or index.sort in item)
    ]
