"""Items and index entries as rows: the blocking half of the SQLite store, run inside its transactions."""

import sqlite3

from reelwright_chassis.store.codec import decode_item, encode_item
from reelwright_chassis.store.conditions import holds
from reelwright_chassis.store.limits import Position, index_position, keys_of, position
from reelwright_chassis.store.port import Check, Item, Put, Table, Value, Write


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


def apply(connection: sqlite3.Connection, write: Write) -> None:
    """Make the write, whose condition holds."""
    if isinstance(write, Check):
        return
    where = position(write.table, keys_of(write))
    if write.table.indexes:
        _remove_entries(connection, write.table.name, where)
    if isinstance(write, Put):
        _put(connection, write.table, where, write.item)
    else:
        _remove_item(connection, write.table.name, where)


def index_anew(connection: sqlite3.Connection, table: Table) -> None:
    """Make a table's index entries and expiries again after its declaration changed."""
    bodies = connection.execute("SELECT body FROM items WHERE tbl = ?", (table.name,)).fetchall()
    for (body,) in bodies:
        item = decode_item(body)
        where = position(table, item)
        _remove_entries(connection, table.name, where)
        _put(connection, table, where, item)


def purge(connection: sqlite3.Connection, now_s: float) -> None:
    """Remove what has expired."""
    expired = connection.execute("SELECT tbl, partition, sort FROM items WHERE expires_at <= ?", (now_s,)).fetchall()
    for name, partition, sort in expired:
        where = Position(partition, sort)
        _remove_item(connection, name, where)
        _remove_entries(connection, name, where)


def _remove_item(connection: sqlite3.Connection, name: str, where: Position) -> None:
    connection.execute("DELETE FROM items WHERE tbl = ? AND partition = ? AND sort = ?", (name, *where))


def _remove_entries(connection: sqlite3.Connection, name: str, where: Position) -> None:
    connection.execute("DELETE FROM entries WHERE tbl = ? AND item_partition = ? AND item_sort = ?", (name, *where))


def _put(connection: sqlite3.Connection, table: Table, where: Position, item: Item) -> None:
    """In the place of the item that was there; of that, no entries are left."""
    expires_at = item.get(table.ttl) if table.ttl is not None else None
    row = (table.name, *where, encode_item(item), expires_at)
    connection.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)", row)
    found = ((index.name, index_position(table, index, item)) for index in table.indexes)
    entries = [(table.name, name, *entry, *where) for name, entry in found if entry is not None]
    connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", entries)
