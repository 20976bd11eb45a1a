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
    _remove(connection, write.table.name, where)
    if isinstance(write, Put):
        _insert(connection, write.table, where, write.item)


def index_anew(connection: sqlite3.Connection, table: Table) -> None:
    """Make a table's index entries and expiries again after its declaration changed."""
    bodies = connection.execute("SELECT body FROM items WHERE tbl = ?", (table.name,)).fetchall()
    for (body,) in bodies:
        item = decode_item(body)
        where = position(table, item)
        _remove(connection, table.name, where)
        _insert(connection, table, where, item)


def purge(connection: sqlite3.Connection, now_s: float) -> None:
    """Remove what has expired."""
    expired = connection.execute("SELECT tbl, partition, sort FROM items WHERE expires_at <= ?", (now_s,)).fetchall()
    for name, partition, sort in expired:
        _remove(connection, name, Position(partition, sort))


def _remove(connection: sqlite3.Connection, name: str, where: Position) -> None:
    connection.execute("DELETE FROM items WHERE tbl = ? AND partition = ? AND sort = ?", (name, *where))
    connection.execute("DELETE FROM entries WHERE tbl = ? AND item_partition = ? AND item_sort = ?", (name, *where))


def _insert(connection: sqlite3.Connection, table: Table, where: Position, item: Item) -> None:
    expires_at = item.get(table.ttl) if table.ttl is not None else None
    connection.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?)", (table.name, *where, encode_item(item), expires_at))
    for index in table.indexes:
        entry = index_position(table, index, item)
        if entry is not None:
            row = (table.name, index.name, *entry, *where)
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
