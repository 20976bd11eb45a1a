"""Where API keys are kept: made, listed, revoked, and told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Unavailable
from reelwright_chassis.logs import get_logger
from reelwright_chassis.store.port import Absent, Equals, Put, Query, Store
from reelwright_director import tables
from reelwright_director.apikey import (
    LISTED,
    KeyRecord,
    Refusal,
    Spelled,
    item_key,
    key_item,
    new_key,
    read_key,
    refusal,
    secret_hash,
)
from reelwright_director.audit import AuditLine, audit_put, keys_subject
from reelwright_director.decision import Refused
from reelwright_director.once import Once, made_before, once_put

USE_NOTED_EVERY_S = 60.0
_TRIES = 10
_PAGE = 50
_LONGEST_PAGE = 100
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new key shall be."""

    tenant_id: str
    user_id: str
    scopes: tuple[str, ...]
    label: str = ""
    expires_at_s: float | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new key. `spelled` is None when it was made by an earlier call of the same idempotency key."""

    record: KeyRecord
    spelled: Spelled | None


@dataclass(frozen=True, slots=True)
class KeyPage:
    keys: Sequence[KeyRecord]
    next_cursor: str


class KeyBook:
    """Every method raises `Unavailable` when the store cannot be reached."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, wish: Wish, once: Once | None = None) -> Made:
        """A new key; its secret is told here and never again. Raises `Refused`: idempotency_key_reused."""
        known = await self._known(once)
        if known is not None:
            return known
        spelled, now_s = new_key(), self._clock.now_s()
        record = KeyRecord(
            spelled.key_id, secret_hash(spelled.secret), wish.tenant_id, wish.user_id, wish.scopes, wish.label,
            now_s, wish.by, wish.expires_at_s,
        )  # fmt: skip
        writes = [Put(tables.API_KEYS, key_item(record), when=Absent()), _line(record, "create", wish.by, now_s)]
        if once is not None:
            writes.append(once_put(once, now_s, key_id=record.key_id))
        try:
            await self._store.transact(writes)
        except Conflict:  # the same call, made twice at once
            known = await self._known(once)
            if known is None:
                raise
            return known
        return Made(record, spelled)

    async def _known(self, once: Once | None) -> Made | None:
        made = await made_before(self._store, once)
        if made is None:
            return None
        record = await self.get(str(made["key_id"]))
        if record is None:
            raise Refused("idempotency_key_reused")
        return Made(record, None)

    async def get(self, key_id: str) -> KeyRecord | None:
        item = await self._store.get(tables.API_KEYS, {"key_id": key_id}) if key_id else None
        return item_key(item) if item is not None else None

    async def page(self, tenant_id: str, user_id: str, cursor: str, limit: int) -> KeyPage:
        """Up to `limit` keys (0: 50), newest first; of all tenants without one. Raises `Refused`: cursor_invalid."""
        query = Query(tables.API_KEYS, LISTED, index="all-keys", ascending=False)
        if tenant_id:
            query = Query(tables.API_KEYS, tenant_id, index="tenant-keys", ascending=False)
        limit = min(limit or _PAGE, _LONGEST_PAGE)
        found: list[KeyRecord] = []
        next_cursor: str | None = cursor or None
        while True:
            try:
                page = await self._store.query(replace(query, cursor=next_cursor, limit=limit - len(found)))
            except ValueError as error:
                raise Refused("cursor_invalid") from error
            found += [key for key in map(item_key, page.items) if user_id in ("", key.user_id)]
            next_cursor = page.next_cursor
            if next_cursor is None or len(found) >= limit:
                return KeyPage(found, next_cursor or "")

    async def revoke(self, key_id: str, tenant_id: str, user_id: str, by: str) -> KeyRecord:
        """The key as it is then. Raises `Refused`: key_not_found (also for another's)."""
        for _ in range(_TRIES):
            record = await self.get(key_id)
            if record is None or tenant_id not in ("", record.tenant_id) or user_id not in ("", record.user_id):
                raise Refused("key_not_found")
            if record.revoked_at_s is not None:
                return record
            now_s = self._clock.now_s()
            revoked = replace(record, revoked_at_s=now_s, revoked_by=by)
            try:
                await self._store.transact([_next(record, revoked), _line(record, "revoke", by, now_s)])
            except Conflict:
                continue  # it was used, or revoked, just now
            return revoked
        raise Unavailable(f"API key {key_id} changes too fast")

    async def identify(self, text: str) -> KeyRecord | Refusal:
        """Whose key this is, or why it is nobody's."""
        spelled = read_key(text)
        record = await self.get(spelled.key_id) if spelled is not None else None
        if spelled is None or record is None:
            return Refusal.UNKNOWN
        now_s = self._clock.now_s()
        refused = refusal(record, spelled.secret, now_s)
        if refused is not None:
            return refused
        await self._note_use(record, now_s)
        return record

    async def _note_use(self, record: KeyRecord, now_s: float) -> None:
        """A note is worth no refusal: whoever holds a good key gets in, also when nothing can be written."""
        if record.last_used_at_s is not None and now_s - record.last_used_at_s < USE_NOTED_EVERY_S:
            return
        put = _next(record, replace(record, last_used_at_s=now_s))
        try:
            await self._store.put(put.table, put.item, when=put.when)
        except Conflict:
            pass  # another replica noted it, or it was revoked just now
        except Unavailable as error:
            log.warning("key_use_not_noted", key_id=record.key_id, error=str(error))


def _next(before: KeyRecord, after: KeyRecord) -> Put:
    """The write of a changed key, if nobody else changed it meanwhile."""
    changed = replace(after, version=before.version + 1)
    return Put(tables.API_KEYS, key_item(changed), when=Equals({"version": before.version}))


def _line(record: KeyRecord, verb: str, by: str, now_s: float) -> Put:
    what = f"{verb} key {record.key_id} of {record.user_id} ({', '.join(record.scopes)})"
    return audit_put(keys_subject(record.tenant_id), AuditLine(now_s, by, what))
