"""Where webhooks are kept: made, listed, changed, and given new secrets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Unavailable
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.port import Absent, Delete, Equals, Put, Query, Store, Write
from reelwright_director import tables
from reelwright_director.audit import AuditLine, audit_put, webhooks_subject
from reelwright_director.decision import Refused
from reelwright_director.once import Once, made_before, once_put
from reelwright_director.webhooks.hook import GONE, Hook, hook_item, item_hook, new_secret, rotated

MOST_HOOKS = 20
"""Of a tenant."""
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose webhooks are within reach: a user's, or those of a whole tenant."""

    tenant_id: str
    user_id: str
    whole_tenant: bool
    by: str

    def reaches(self, hook: Hook) -> bool:
        return self.whole_tenant or hook.user_id == self.user_id


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new webhook shall be, or, where a field is None, what shall stay of one."""

    url: str | None = None
    types: tuple[str, ...] | None = None
    description: str | None = None
    enabled: bool | None = None
    all_users: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """`secret` is empty where an earlier call of the same idempotency key told it."""

    hook: Hook
    secret: str


class HookBook:
    """Every method raises `Unavailable` when the store cannot be reached."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._reading: dict[str, asyncio.Task[Sequence[Hook]]] = {}

    async def create(self, owner: Owner, wish: Wish, once: Once | None) -> Made:
        """Raises `Refused`: webhook_limit, idempotency_key_reused."""
        known = await self._known(owner.tenant_id, once)
        if known is not None:
            return Made(known, "")
        if len(await self.of_tenant(owner.tenant_id)) >= MOST_HOOKS:
            raise Refused("webhook_limit", f"A tenant has at most {MOST_HOOKS} webhooks.")
        now_s, secret = self._clock.now_s(), new_secret()
        hook = Hook(
            new_id(), owner.tenant_id, owner.user_id, wish.url or "", (secret,), now_s, now_s,
            wish.types or (), wish.description or "", wish.all_users,
        )  # fmt: skip
        try:
            await self._write(None, hook, owner.by, "create", once)
        except Conflict:  # the same call, made twice at once
            known = await self._known(owner.tenant_id, once)
            if known is None:
                raise
            return Made(known, "")
        return Made(hook, secret.text)

    async def of_tenant(self, tenant_id: str) -> Sequence[Hook]:
        """All of them, in the order of their making. Many who ask at once, as events do, are answered by one query."""
        reading = self._reading.get(tenant_id)
        if reading is None:
            reading = self._reading[tenant_id] = asyncio.create_task(self._read(tenant_id))
        return await asyncio.shield(reading)

    async def _read(self, tenant_id: str) -> Sequence[Hook]:
        # Nobody joins once the store is asked: what it answers may be older than what they know of.
        del self._reading[tenant_id]
        page = await self._store.query(Query(tables.WEBHOOKS, tenant_id))
        return [item_hook(item) for item in page.items]

    async def find(self, tenant_id: str, webhook_id: str) -> Hook | None:
        item = await self._store.get(tables.WEBHOOKS, {"tenant_id": tenant_id, "webhook_id": webhook_id})
        return item_hook(item) if item is not None else None

    async def get(self, owner: Owner, webhook_id: str) -> Hook:
        """Raises `Refused`: webhook_not_found (also for another's)."""
        hook = await self.find(owner.tenant_id, webhook_id) if webhook_id else None
        if hook is None or not owner.reaches(hook):
            raise Refused("webhook_not_found")
        return hook

    async def update(self, owner: Owner, webhook_id: str, wish: Wish) -> Hook:
        """Raises `Refused`: webhook_not_found."""
        for _ in range(_TRIES):
            hook = await self.get(owner, webhook_id)
            changed = _changed(hook, wish)
            if changed == hook or await self._changes(hook, changed, owner.by, "update"):
                return changed
        raise Unavailable(f"webhook {webhook_id} changes too fast")

    async def rotate(self, owner: Owner, webhook_id: str, once: Once | None) -> Made:
        """Raises `Refused`: webhook_not_found, idempotency_key_reused."""
        for _ in range(_TRIES):
            known = await self._known(owner.tenant_id, once)
            if known is not None:
                return Made(known, "")
            hook = await self.get(owner, webhook_id)
            changed = replace(hook, secrets=rotated(hook.secrets, self._clock.now_s()))
            if await self._changes(hook, changed, owner.by, "rotate the secret of", once):
                return Made(changed, changed.secrets[-1].text)
        raise Unavailable(f"webhook {webhook_id} changes too fast")

    async def disable(self, hook: Hook) -> None:
        """Its address is gone. One that was changed meanwhile is left alone: its owner is at it."""
        await self._changes(hook, replace(hook, enabled=False, disabled_reason=GONE), "reelwright", "disable")

    async def delete(self, owner: Owner, webhook_id: str) -> None:
        """Raises `Refused`: webhook_not_found."""
        hook = await self.get(owner, webhook_id)
        key = {"tenant_id": hook.tenant_id, "webhook_id": webhook_id}
        await self._store.transact([Delete(tables.WEBHOOKS, key), self._line(hook, owner.by, "delete")])

    async def _changes(self, hook: Hook, changed: Hook, by: str, verb: str, once: Once | None = None) -> bool:
        """Whether it could be written; False when it was changed by somebody else just now."""
        try:
            await self._write(hook, changed, by, verb, once)
        except Conflict:
            return False
        return True

    async def _write(self, before: Hook | None, after: Hook, by: str, verb: str, once: Once | None) -> None:
        now_s = self._clock.now_s()
        unchanged = Absent() if before is None else Equals({"version": before.version})
        item = hook_item(replace(after, version=after.version + 1, updated_at_s=now_s))
        writes: list[Write] = [Put(tables.WEBHOOKS, item, when=unchanged), self._line(after, by, verb)]
        if once is not None:
            writes.append(once_put(once, now_s, webhook_id=after.webhook_id))
        await self._store.transact(writes)

    def _line(self, hook: Hook, by: str, verb: str) -> Put:
        line = AuditLine(self._clock.now_s(), by, f"{verb} webhook {hook.webhook_id} of {hook.user_id}")
        return audit_put(webhooks_subject(hook.tenant_id), line)

    async def _known(self, tenant_id: str, once: Once | None) -> Hook | None:
        """The webhook of a call that was obeyed before. Raises `Refused`: idempotency_key_reused."""
        made = await made_before(self._store, once)
        if made is None:
            return None
        hook = await self.find(tenant_id, str(made["webhook_id"]))
        if hook is None:
            raise Refused("webhook_not_found")
        return hook


def _changed(hook: Hook, wish: Wish) -> Hook:
    """Whoever enables it again has mended what it was disabled for."""
    enabled = hook.enabled if wish.enabled is None else wish.enabled
    return replace(
        hook,
        url=hook.url if wish.url is None else wish.url,
        types=hook.types if wish.types is None else wish.types,
        description=hook.description if wish.description is None else wish.description,
        enabled=enabled,
        disabled_reason="" if enabled else hook.disabled_reason,
    )
