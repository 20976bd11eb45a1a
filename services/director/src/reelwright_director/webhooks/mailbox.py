"""Where deliveries are kept: put in, taken out for an attempt by one replica alone, and told what came of it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from reelwright_chassis.errors import Conflict
from reelwright_chassis.store.port import Absent, Delete, Equals, Query, Store
from reelwright_director import tables
from reelwright_director.decision import Refused
from reelwright_director.keys import all_due_shards
from reelwright_director.webhooks.delivery import (
    Attempt,
    Delivery,
    DeliveryStatus,
    delivery_item,
    item_delivery,
)

CLAIM_S = 60.0
"""How long an attempt has its delivery for itself; longer than any attempt takes."""
_PAGE = 50
_LONGEST_PAGE = 100
_DUE_PAGE = 100
_DUE_PAGES = 10
"""So that an address that does not answer, with many deliveries due, does not hide those to others."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    deliveries: Sequence[Delivery]
    next_cursor: str


class Mailbox:
    """Every method raises `Unavailable` when the store cannot be reached."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, delivery: Delivery) -> Delivery:
        """The delivery as it is kept: one that is there already stays as it is."""
        try:
            await self._store.put(tables.DELIVERIES, delivery_item(delivery), when=Absent())
        except Conflict:
            return await self.get(delivery.webhook_id, delivery.delivery_id) or delivery
        return delivery

    async def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        item = await self._store.get(tables.DELIVERIES, {"webhook_id": webhook_id, "delivery_id": delivery_id})
        return item_delivery(item) if item is not None else None

    async def page(self, webhook_id: str, cursor: str, limit: int) -> DeliveryPage:
        """Up to `limit` (0: 50), newest first. Raises `Refused`: cursor_invalid."""
        wanted = min(limit or _PAGE, _LONGEST_PAGE)
        query = Query(tables.DELIVERIES, webhook_id, ascending=False, limit=wanted, cursor=cursor or None)
        try:
            page = await self._store.query(query)
        except ValueError as error:
            raise Refused("cursor_invalid") from error
        return DeliveryPage([item_delivery(item) for item in page.items], page.next_cursor or "")

    async def due(self, until_s: float) -> AsyncIterator[Delivery]:
        """Those whose attempt is due by then, soonest first within each shard; a thousand of each at most."""
        for shard in all_due_shards():
            query = Query(tables.DELIVERIES, shard, index="due", high=until_s, limit=_DUE_PAGE)
            for _ in range(_DUE_PAGES):
                page = await self._store.query(query)
                for item in page.items:
                    yield item_delivery(item)
                if page.next_cursor is None:
                    break
                query = replace(query, cursor=page.next_cursor)

    async def claim(self, delivery: Delivery, now_s: float) -> Delivery | None:
        """The delivery, for this caller's attempt alone; None when another replica has it, or it is gone."""
        return await self._change(delivery, replace(delivery, due_at_s=now_s + CLAIM_S))

    async def delivered(self, delivery: Delivery, attempt: Attempt) -> None:
        await self._end(delivery, attempt, DeliveryStatus.DELIVERED)

    async def failed(self, delivery: Delivery, attempt: Attempt, again_at_s: float | None) -> None:
        """Not taken: to be tried again then, or (None) never."""
        status = DeliveryStatus.FAILED if again_at_s is None else DeliveryStatus.PENDING
        await self._end(replace(delivery, failures=delivery.failures + 1), attempt, status, again_at_s)

    async def drop(self, delivery: Delivery) -> None:
        """Nobody is to be told any more: its webhook is gone, or disabled."""
        await self._change(delivery, replace(delivery, status=DeliveryStatus.FAILED, due_at_s=None))

    async def replay(self, webhook_id: str, delivery_id: str, now_s: float) -> Delivery:
        """It is due now, with all attempts before it. Raises `Refused`: delivery_not_found."""
        while True:
            delivery = await self.get(webhook_id, delivery_id) if delivery_id else None
            if delivery is None:
                raise Refused("delivery_not_found")
            if delivery.status is DeliveryStatus.PENDING and not delivery.failures:
                return delivery
            again = replace(delivery, status=DeliveryStatus.PENDING, failures=0, due_at_s=now_s)
            changed = await self._change(delivery, again)
            if changed is not None:
                return changed

    async def remove_all(self, webhook_id: str) -> None:
        """Of a webhook that is deleted."""
        async for delivery in self._all(webhook_id):
            key = {"webhook_id": webhook_id, "delivery_id": delivery.delivery_id}
            await self._store.transact([Delete(tables.DELIVERIES, key)])

    async def _all(self, webhook_id: str) -> AsyncIterator[Delivery]:
        cursor: str | None = None
        while True:
            page = await self._store.query(Query(tables.DELIVERIES, webhook_id, cursor=cursor))
            for item in page.items:
                yield item_delivery(item)
            cursor = page.next_cursor
            if cursor is None:
                return

    async def _end(
        self, delivery: Delivery, attempt: Attempt, status: DeliveryStatus, due_at_s: float | None = None
    ) -> None:
        """One that was replayed, or taken by another since this attempt's claim ran out, is left alone."""
        attempts = (*delivery.attempts, attempt)
        await self._change(delivery, replace(delivery, status=status, due_at_s=due_at_s, attempts=attempts))

    async def _change(self, delivery: Delivery, changed: Delivery) -> Delivery | None:
        """None when it is not as it was read."""
        changed = replace(changed, version=delivery.version + 1)
        try:
            await self._store.put(tables.DELIVERIES, delivery_item(changed), when=Equals({"version": delivery.version}))
        except Conflict:
            return None
        return changed
