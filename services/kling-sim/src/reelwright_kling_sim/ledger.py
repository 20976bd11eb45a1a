"""The simulator's memory: tasks, packs and callbacks in one SQLite file that survives kill -9.

Everything here blocks; the event loop reaches it through a thread. Each writing method is one transaction.
"""
# ruff: noqa: S608 - only our own text is put together to a query; what callers say goes in as values

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Literal

from reelwright_kling_sim.accounts import Account
from reelwright_kling_sim.callbacks import Delivery
from reelwright_kling_sim.catalog import Family
from reelwright_kling_sim.errors import Code, KlingError
from reelwright_kling_sim.faults import Markers
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.rows import COLUMNS, UNFINISHED, LedgerRow, ledger_row_of, open_ledger_file, task_of
from reelwright_kling_sim.tasks import Pace, Task, hash_of_prompt, next_id, plan_task, step

FILE_NAME = "ledger.sqlite3"

Announce = Callable[[Task], Sequence[Delivery]]


@dataclass(frozen=True, slots=True)
class Packs:
    """What was bought: units in hundredths and slots, by family; and the rules for an id that is used twice."""

    units_centi: dict[Family, int]
    slots: dict[Family, int]
    refuse_duplicates: bool = True
    duplicate_scope: Literal["account", "product"] = "account"
    reuse_after_failure: bool = False


class Ledger:
    """The tasks and the account, durable. One writer per file; reading beside it is allowed."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._db = open_ledger_file(path, read_only=read_only)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fact(self, name: str, default: str) -> str:
        """A fact that is written down once, when it is first asked for."""
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, default))
            return str(self._one("SELECT value FROM facts WHERE name = ?", name))

    def is_first(self, what: str) -> bool:
        """Whether this is asked for the first time, ever."""
        with self._transaction():
            return self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (what,)).rowcount == 1

    def accept(self, order: Order, markers: Markers, pace: Pace, packs: Packs, *, now_ms: int, base_url: str) -> Task:
        """Write the order down as a new task; raises 1201 (id known), 1102 (units) or 1303 (slots) instead."""
        with self._transaction():
            self._refuse_duplicate(order, packs)
            self.account(order.family, packs).admit(order.price_centi, order.slots)
            task = plan_task(
                order,
                markers,
                pace,
                task_id=next_id(now_ms, self._one("SELECT MAX(id) FROM tasks")),
                now_ms=now_ms,
                first_time=not self._tasks("prompt_hash = ? LIMIT 1", hash_of_prompt(order.prompt)),
                base_url=base_url,
            )
            self._db.execute(f"INSERT INTO tasks VALUES ({', '.join('?' * len(COLUMNS))})", astuple(task))
        return task

    def _refuse_duplicate(self, order: Order, packs: Packs) -> None:
        if order.external_task_id is None or not packs.refuse_duplicates:
            return
        for known in self._tasks("external_task_id = ?", order.external_task_id):
            elsewhere = packs.duplicate_scope == "product" and known.product != order.product
            free_again = packs.reuse_after_failure and known.status == "failed"
            if not elsewhere and not free_again:
                raise KlingError(Code.BAD_PARAMETER, f"External_task_id {order.external_task_id} already exists")

    def account(self, family: Family, packs: Packs) -> Account:
        """The family's pack as it stands."""
        held = f"SELECT COALESCE(SUM(price_centi), 0), COALESCE(SUM(slots), 0) FROM tasks WHERE {UNFINISHED}"
        held_centi, held_slots = self._db.execute(f"{held} AND family = ?", (family,)).fetchone()
        spent_centi = self._one("SELECT centi FROM spent WHERE family = ?", family)
        return Account(packs.units_centi[family] - spent_centi, packs.slots[family], held_centi, held_slots)

    def advance(self, now_ms: int, announce: Announce) -> bool:
        """Carry out every change of status that is due: charge what succeeded, note the callbacks. Whether any was."""
        if not any(step(task, now_ms) for task in self._tasks(UNFINISHED)):
            return False  # most look-ups change nothing, and a write would sync the disk
        with self._transaction():
            for task in self._tasks(f"{UNFINISHED} ORDER BY id"):
                self._advance(task, now_ms, announce)
        return True

    def _advance(self, task: Task, now_ms: int, announce: Announce) -> None:
        after = step(task, now_ms)
        while after is not None:
            self._record(after, announce(after))
            after = step(after, now_ms)

    def _record(self, task: Task, deliveries: Sequence[Delivery]) -> None:
        self._db.execute(
            "UPDATE tasks SET status = ?, message = ?, charged_centi = ?, updated_at_ms = ? WHERE id = ?",
            (task.status, task.message, task.charged_centi, task.updated_at_ms, task.id),
        )
        self._db.execute("UPDATE spent SET centi = centi + ? WHERE family = ?", (task.charged_centi, task.family))
        self._db.executemany(
            "INSERT INTO callbacks (task_id, webhook_id, url, body, signed, due_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
            map(astuple, deliveries),
        )
        if task.is_terminal:
            self._release_held_back(task)

    def _release_held_back(self, task: Task) -> None:
        """Queue what was held back behind everything that is queued already, the terminal status among it."""
        columns = "task_id, webhook_id, url, body, signed"
        self._db.execute(
            f"INSERT INTO callbacks ({columns}, due_at_ms) SELECT {columns}, COALESCE("
            "(SELECT MAX(due_at_ms) FROM callbacks WHERE task_id = ?2), ?1)"
            " FROM callbacks WHERE task_id = ?2 AND due_at_ms IS NULL",
            (task.updated_at_ms, task.id),
        )
        self._db.execute("DELETE FROM callbacks WHERE task_id = ? AND due_at_ms IS NULL", (task.id,))

    def next_due_ms(self) -> int | None:
        """When the next change of status is due, of those that do not wait for a drawing."""
        due = "CASE status WHEN 'submitted' THEN starts_at_ms ELSE ends_at_ms END"
        at: int | None = self._one(
            f"SELECT MIN({due}) FROM tasks WHERE {UNFINISHED} AND (status = 'submitted' OR drawn)"
        )
        return at

    def next_to_draw(self) -> Task | None:
        """The oldest task in processing whose media are not there yet."""
        return self._first(f"{UNFINISHED} AND status = 'processing' AND NOT drawn ORDER BY id LIMIT 1")

    def drawn(self, task_id: str) -> None:
        """Note that the task's media are on disk."""
        with self._transaction():
            self._db.execute("UPDATE tasks SET drawn = 1 WHERE id = ?", (task_id,))

    def undrawable(self, task_id: str, why: str) -> None:
        """Let the task fail, free of charge, because its media cannot be drawn."""
        with self._transaction():
            self._db.execute("UPDATE tasks SET drawn = 1, fate = 'fail', fate_message = ? WHERE id = ?", (why, task_id))

    def purgeable(self, finished_before_ms: int) -> list[Task]:
        """Finished tasks that ended before that time and whose media were not deleted yet."""
        return self._tasks(f"purged = 0 AND updated_at_ms < ? AND NOT ({UNFINISHED})", finished_before_ms)

    def purged(self, task_id: str) -> None:
        """Note that the task's media were deleted."""
        with self._transaction():
            self._db.execute("UPDATE tasks SET purged = 1 WHERE id = ?", (task_id,))

    def task(self, task_id: str) -> Task | None:
        """The task of that id, visible or not."""
        return self._first("id = ?", task_id)

    def select(self, where: str, *values: object) -> list[Task]:
        """The tasks of a dialect's own condition, which holds a caller's words only as `values`."""
        return self._tasks(where, *values)

    def due_callbacks(self, now_ms: int) -> list[tuple[int, Delivery]]:
        """The callbacks to send now, in the order they fall due."""
        columns = "id, task_id, webhook_id, url, body, signed, due_at_ms"
        found = self._db.execute(
            f"SELECT {columns} FROM callbacks WHERE due_at_ms <= ? ORDER BY due_at_ms, id", (now_ms,)
        )
        return [(first, Delivery(*rest)) for first, *rest in found]

    def next_callback_ms(self) -> int | None:
        """When the next callback is to be sent."""
        at: int | None = self._one("SELECT MIN(due_at_ms) FROM callbacks")
        return at

    def callback_sent(self, callback_id: int) -> None:
        """Forget a callback that was sent, or lost."""
        with self._transaction():
            self._db.execute("DELETE FROM callbacks WHERE id = ?", (callback_id,))

    def rows(self, external_prefix: str = "") -> tuple[LedgerRow, ...]:
        """Every task ever accepted whose external id begins with the prefix, in the order of acceptance."""
        starts = "substr(COALESCE(external_task_id, ''), 1, length(?1)) = ?1 ORDER BY id"
        return tuple(map(ledger_row_of, self._tasks(starts, external_prefix)))

    def _first(self, where: str, *values: object) -> Task | None:
        return next(iter(self._tasks(where, *values)), None)

    def _tasks(self, where: str, *values: object) -> list[Task]:
        found = self._db.execute(f"SELECT {', '.join(COLUMNS)} FROM tasks WHERE {where}", values)
        return [task_of(row) for row in found]

    def _one(self, query: str, *values: object) -> Any:
        row = self._db.execute(query, values).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def read_ledger(state_dir: Path, external_prefix: str = "") -> tuple[LedgerRow, ...]:
    """The ledger's rows, read from outside: while a simulator runs on the folder, or after it was killed."""
    ledger = Ledger(state_dir / FILE_NAME, read_only=True)
    try:
        return ledger.rows(external_prefix)
    finally:
        ledger.close()
