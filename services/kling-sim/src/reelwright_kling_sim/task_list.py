"""`POST /tasks`: the NEW dialect's list, newest first, page by page. Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from reelwright_kling_sim import fields
from reelwright_kling_sim.errors import invalid
from reelwright_kling_sim.fields import Body
from reelwright_kling_sim.tasks import Task

LIST_WINDOW_MS = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What `POST /tasks` asks for: a window of times in ms, the id to go on before, filters, and how many."""

    start_ms: int
    end_ms: int
    before_id: str | None
    limit: int
    statuses: tuple[str, ...]
    families: tuple[str, ...]

    def condition(self) -> tuple[str, list[object]]:
        """The query as a condition on the ledger's tasks, and its values."""
        clauses = ["accepted_at_ms BETWEEN ? AND ?"]
        values: list[object] = [self.start_ms, self.end_ms]
        for column, words in (("status", self.statuses), ("family", self.families)):
            if words:
                clauses.append(f"{column} IN ({', '.join('?' * len(words))})")
                values += words
        if self.before_id is not None:
            clauses.append("id < ?")
            values.append(self.before_id)
        return " AND ".join(clauses), values


def parse_list(body: Body, now_ms: int) -> ListQuery:
    """The query in a list request; the cursor overrides the times. Raises 1201."""
    end_ms = _time_ms(body, "end_time", now_ms)
    start_ms = _time_ms(body, "start_time", end_ms - LIST_WINDOW_MS)
    filters = _filters(body)
    cursor = fields.optional_text(body, "cursor")
    if cursor is not None:
        start_ms, end_ms, before_id = _read_cursor(cursor)
    else:
        before_id = None
    limit = fields.whole(body, "limit", range(1, 501), 100)
    return ListQuery(start_ms, end_ms, before_id, limit, filters.get("status", ()), filters.get("product_type", ()))


def _filters(body: Body) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    filters = body.get("filters") or []
    if not isinstance(filters, list) or not all(isinstance(item, dict) for item in filters):
        raise invalid("filters", type(filters).__name__)
    for item in filters:
        key, values = item.get("key"), item.get("values")
        if key not in ("status", "product_type") or not isinstance(values, list):
            raise invalid("filters.key", key)
        found[key] = tuple(map(str, values))
    return found


def _time_ms(body: Body, name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name, value)
    return value


def write_cursor(query: ListQuery, last: Task) -> str:
    """The cursor that goes on after `last`."""
    return base64.urlsafe_b64encode(f"{query.start_ms}:{query.end_ms}:{last.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[int, int, str]:
    try:
        start_ms, end_ms, before_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(":")
        return int(start_ms), int(end_ms), before_id
    except ValueError as error:
        raise invalid("cursor", cursor) from error
