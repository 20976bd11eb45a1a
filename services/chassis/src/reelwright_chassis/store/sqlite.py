"""The store in one SQLite file."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Self

from prometheus_client import Histogram

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.sqlite import Database
from reelwright_chassis.store import sqlite_rows as rows
from reelwright_chassis.store.limits import check_writes, position
from reelwright_chassis.store.port import Condition, Delete, Item, Key, Page, Put, Query, Table, Value, Write
from reelwright_chassis.store.sqlite_query import prepare_query
from reelwright_chassis.store.sqlite_writes import Transaction, apply
from reelwright_chassis.timing import timed

MIGRATIONS = (
    """
    CREATE TABLE declarations (name TEXT PRIMARY KEY, declaration TEXT NOT NULL);
    -- `sort` has no type, so that strings and numbers keep theirs; it is '' in a table without a sort attribute.
    CREATE TABLE items (
        tbl TEXT NOT NULL, partition TEXT NOT NULL, sort NOT NULL, body TEXT NOT NULL, expires_at REAL,
        PRIMARY KEY (tbl, partition, sort)
    );
    CREATE INDEX expiring ON items (expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE entries (
        tbl TEXT NOT NULL, idx TEXT NOT NULL, partition TEXT NOT NULL, sort NOT NULL,
        item_partition TEXT NOT NULL, item_sort NOT NULL,
        PRIMARY KEY (tbl, idx, partition, sort, item_partition, item_sort)
    ) WITHOUT ROWID;
    CREATE INDEX entries_of_item ON entries (tbl, item_partition, item_sort);
    """,
)
_PURGE_EVERY_S = 3600.0


class SqliteStore:
    """Implements `Store`. All tables live in one file; indexes are always up to date."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._tables: dict[str, Table] = {}
        self._purged_at_s = 0.0

    @classmethod
    async def open(cls, path: Path, *, clock: Clock | None = None) -> Self:
        """Create or migrate the file. Raises `StateTooNew`, `StateUnreadable`, `Unavailable`."""
        return cls(await Database.open(path, MIGRATIONS), clock or SystemClock())

    async def close(self) -> None:
        await self._database.close()

    async def ensure(self, tables: Sequence[Table]) -> None:
        def ensure(connection: sqlite3.Connection) -> None:
            for table in tables:
                _declare(connection, table)

        await self._database.write(ensure)
        self._tables.update({table.name: table for table in tables})

    async def get(self, table: Table, key: Key) -> dict[str, Value] | None:
        self._check_declared(table)
        where, now_s = position(table, dict(key)), self._clock.now_s()
        with timed(_seconds("get")):
            return await self._database.read(lambda connection: rows.read_item(connection, table, where, now_s))

    async def put(self, table: Table, item: Item, *, when: Condition | None = None) -> None:
        await self.transact([Put(table, item, when)])

    async def delete(self, table: Table, key: Key, *, when: Condition | None = None) -> None:
        await self.transact([Delete(table, key, when)])

    async def transact(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self._check_declared(write.table)
        check_writes(writes)
        now_s = self._clock.now_s()
        with timed(_seconds("write")):
            await self._database.write_jointly(self._apply, Transaction(writes, now_s))

    async def query(self, query: Query) -> Page:
        self._check_declared(query.table)
        run = prepare_query(query, self._clock.now_s())
        with timed(_seconds("query")):
            return await self._database.read(run)

    def _check_declared(self, table: Table) -> None:
        if self._tables.get(table.name) != table:
            raise ValueError(f"table {table.name} was not ensured as it is declared here")

    def _apply(self, connection: sqlite3.Connection, asked: Sequence[Transaction]) -> list[Exception | None]:
        if asked[-1].now_s - self._purged_at_s > _PURGE_EVERY_S:
            rows.purge(connection, asked[-1].now_s)
            self._purged_at_s = asked[-1].now_s
        return apply(connection, asked)


def _declare(connection: sqlite3.Connection, table: Table) -> None:
    declaration = json.dumps(asdict(table), sort_keys=True)
    known = connection.execute("SELECT declaration FROM declarations WHERE name = ?", (table.name,)).fetchone()
    if known == (declaration,):
        return
    connection.execute("INSERT OR REPLACE INTO declarations VALUES (?, ?)", (table.name, declaration))
    rows.index_anew(connection, table)


@cache
def _seconds(operation: str) -> Histogram:
    return metrics.STORE_SECONDS.labels(operation=operation)
