"""The ledger's file: its schema, how it is opened, and how a row becomes a `Task` or a `LedgerRow`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from reelwright_kling_sim.accounts import units_of
from reelwright_kling_sim.tasks import Task

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 10.0
COLUMNS = tuple(field.name for field in fields(Task))
UNFINISHED = "status IN ('submitted', 'processing')"

_TYPES = {"int": "INTEGER", "bool": "INTEGER"}
_FLAGS = frozenset(field.name for field in fields(Task) if field.type == "bool")
_TASK_COLUMNS = ", ".join(
    f"{field.name} {_TYPES.get(str(field.type), 'TEXT')}" for field in fields(Task) if field.name != "id"
)
_SCHEMA = (
    f"CREATE TABLE tasks (id TEXT PRIMARY KEY, {_TASK_COLUMNS})",
    f"CREATE INDEX unfinished ON tasks (family) WHERE {UNFINISHED}",
    "CREATE INDEX by_external_id ON tasks (external_task_id)",
    "CREATE INDEX by_prompt ON tasks (prompt_hash)",
    "CREATE INDEX with_media ON tasks (updated_at_ms) WHERE purged = 0",
    "CREATE TABLE spent (family TEXT PRIMARY KEY, centi INTEGER NOT NULL)",
    "INSERT INTO spent VALUES ('video', 0), ('image', 0)",
    "CREATE TABLE seen (what TEXT PRIMARY KEY)",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE callbacks (id INTEGER PRIMARY KEY, task_id, webhook_id, url, body, signed, due_at_ms)",
    "CREATE INDEX callbacks_due ON callbacks (due_at_ms)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One accepted task as the ledger shows it: who asked, what became of it, what it cost (in units)."""

    task_id: str
    external_task_id: str | None
    dialect: str
    product: str
    model: str
    prompt_hash: str
    status: str
    accepted_at_ms: int
    finished_at_ms: int | None
    price_units: Decimal
    charged_units: Decimal

    @property
    def is_charged(self) -> bool:
        """Whether money was taken for it."""
        return self.charged_units > 0


def open_ledger_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """The database, made if need be: write-ahead log, every commit synced to the disk.

    Raises `RuntimeError` when the file was written by a newer version.
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    mode = "ro" if read_only else "rwc"
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_S,
    )
    try:
        _prepare(database, path, read_only=read_only)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    if not read_only:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise RuntimeError(f"{path} was written by a newer version (schema {version}, this one knows {SCHEMA_VERSION})")
    if not read_only:
        for statement in _SCHEMA if version == 0 else ():
            database.execute(statement)
        database.execute("COMMIT")


def task_of(row: Sequence[Any]) -> Task:
    """The task in a row of `COLUMNS`."""
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    return Task(**values | {name: bool(values[name]) for name in _FLAGS})


def ledger_row_of(task: Task) -> LedgerRow:
    """What the ledger shows of a task."""
    return LedgerRow(
        task_id=task.id,
        external_task_id=task.external_task_id,
        dialect=task.dialect,
        product=task.product,
        model=task.model,
        prompt_hash=task.prompt_hash,
        status=task.status,
        accepted_at_ms=task.accepted_at_ms,
        finished_at_ms=task.updated_at_ms if task.is_terminal else None,
        price_units=units_of(task.price_centi),
        charged_units=units_of(task.charged_centi),
    )
