"""The outbox: what a decision tells the world is written with it, published after it, and then removed.

Whoever wrote rows publishes them soon; rows that outlive their writer are swept by every replica. Doubles and
disorder are allowed: requests need no order, changes carry versions.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass

from reelwright_chassis import metrics
from reelwright_chassis.bus.port import Bus, Message
from reelwright_chassis.envelope import encode
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.ids import new_id
from reelwright_chassis.logs import get_logger
from reelwright_chassis.store.port import Delete, Query, Store, Value
from reelwright_chassis.trace import parse_trace
from reelwright_chassis.tracing.messaging import creating, sending_made
from reelwright_director import tables
from reelwright_director.decision import Outgoing
from reelwright_director.expect import number, typed
from reelwright_director.keys import all_outbox_shards, outbox_shard

SWEEP_AGE_S = 5.0
"""Younger rows are left to the replica that wrote them."""
_AT_ONCE = 50
"""Rows that are removed in one transaction; DynamoDB takes a hundred writes."""
_MOST_WAITING = 10_000
"""While the bus is slow to refuse. More are left to the sweep: a kilobyte each."""
_LINGER_S = 0.03
"""Between one publishing and the next, so that what a busy director tells goes out together."""
SCHEMA_VERSION = 1
_BYTES_AS_TEXT = "latin-1"
SOURCE = "director"
_UNTOLD = frozenset({"project.changes"})
"""Of each change, and followed by whoever is there: no step that leads to a video."""
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that waits to be published. `written_at_s` is Unix time."""

    shard: str
    outbox_id: str
    written_at_s: float
    message: Message


def outbox_rows(project_id: str, outgoing: Iterable[Outgoing], now_s: float) -> list[OutboxRow]:
    """The messages of one decision, ready for the wire."""
    return [OutboxRow(outbox_shard(project_id), new_id(), now_s, _message(out)) for out in outgoing]


def _message(out: Outgoing) -> Message:
    """On its topic, or on the dead letters' topic beside it."""
    cause = parse_trace(out.trace)
    if out.topic in _UNTOLD:
        message = encode(out.message, source=SOURCE, trace=cause)
    else:
        with creating(out.topic, out.message, cause) as step:
            message = encode(out.message, source=SOURCE, trace=step.context)
    return Message(out.topic, message.key, message.value, {**message.headers, **out.headers})


def outbox_item(row: OutboxRow) -> dict[str, Value]:
    return {
        "shard": row.shard,
        "outbox_id": row.outbox_id,
        "schema_version": SCHEMA_VERSION,
        "written_at": row.written_at_s,
        "topic": row.message.topic,
        "key": row.message.key,
        "value": row.message.value,
        "headers": {name: value.decode(_BYTES_AS_TEXT) for name, value in row.message.headers.items()},
    }


def outbox_row(item: Mapping[str, Value]) -> OutboxRow:
    headers = {name: _bytes(value) for name, value in typed(dict, item["headers"]).items()}
    message = Message(str(item["topic"]), str(item["key"]), typed(bytes, item["value"]), headers)
    return OutboxRow(str(item["shard"]), str(item["outbox_id"]), number(item["written_at"]), message)


def _bytes(value: object) -> bytes:
    """Rows of earlier versions have the bytes themselves."""
    return value if isinstance(value, bytes) else typed(str, value).encode(_BYTES_AS_TEXT)


class Outbox:
    """Publishes rows and removes them."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._waiting: list[OutboxRow] = []
        self._publishing: asyncio.Task[None] | None = None

    def bring(self, rows: Sequence[OutboxRow]) -> None:
        """Have rows that are written published, at once when nothing is being published; nobody waits for it."""
        if not rows or len(self._waiting) >= _MOST_WAITING:
            return
        self._waiting += rows
        if self._publishing is None:
            # In nobody's context: what it publishes and logs is of many projects.
            self._publishing = asyncio.create_task(self._publish_all(), context=Context())

    async def settled(self) -> None:
        """All that was brought is published, or left to a sweep."""
        while self._publishing is not None:
            await asyncio.wait([self._publishing])

    async def _publish_all(self) -> None:
        try:
            while self._waiting:
                rows, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
                await self.publish(rows)
                await asyncio.sleep(_LINGER_S)
        except Exception:
            log.exception("outbox_publishing_failed")
            self._waiting.clear()
        finally:
            self._publishing = None

    async def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Publish and remove. When bus or store is away the rows stay, and a sweep comes back to them."""
        if not rows:
            return
        try:
            messages = [row.message for row in rows]
            with sending_made(messages):
                await self._bus.publish(messages)
            await self._store.transact([_delete(row) for row in rows])
        except Unavailable as error:
            log.warning("outbox_rows_stay", rows=len(rows), error=str(error))

    async def sweep(self, now_s: float, *, age_s: float = SWEEP_AGE_S) -> int:
        """Publish what is older than `age_s`; returns how many rows that was."""
        swept = 0
        for shard in all_outbox_shards():
            page = await self._store.query(Query(tables.OUTBOX, shard))
            old = [row for row in map(outbox_row, page.items) if row.written_at_s <= now_s - age_s]
            await self.publish(old)
            swept += len(old)
        metrics.OUTBOX_SWEPT.inc(swept)
        return swept


def _delete(row: OutboxRow) -> Delete:
    return Delete(tables.OUTBOX, {"shard": row.shard, "outbox_id": row.outbox_id})
