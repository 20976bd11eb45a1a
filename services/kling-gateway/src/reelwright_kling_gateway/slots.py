"""Concurrency slots: how many tasks of a product family an account runs at once, over all of our processes.

The vendor counts a task from its submission to its end, so a slot is taken before the POST and given back when the
end was read. A slot whose holder vanished comes free when its lease ends.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, Retry
from reelwright_chassis.store.port import AbsentOrBefore, Equals, Query, Store, Value
from reelwright_chassis.worker.job import Job
from reelwright_kling_gateway.client.order import Family
from reelwright_kling_gateway.tables import SLOTS
from reelwright_kling_gateway.waiting import pause

LEASE_S = 2700.0
"""Longer than a request's deadline (40 min), so it needs no renewal; it only matters after a crash."""
_LOOK_AGAIN_S = 1.0
_LEAVE_BEFORE_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A held slot; `holder` is the external_task_id of the task that it is for."""

    family: str
    number: str
    holder: str
    lease_until_s: float


class Slots:
    """`limits`: slots per family, as bought from the vendor for `account`."""

    def __init__(self, store: Store, clock: Clock, *, account: str, limits: Mapping[Family, int]) -> None:
        self._store = store
        self._clock = clock
        self._account = account
        self._limits = limits

    async def acquire(self, family: Family, holder: str, job: Job) -> Slot:
        """Wait for a slot. Raises `Stopped`, or `Retry` (provider_slot) when the job's deadline comes first."""
        while True:
            slot = await self.try_acquire(family, holder)
            if slot is not None:
                return slot
            if job.deadline_s < _LEAVE_BEFORE_DEADLINE_S:
                raise Retry("no slot came free in time", reason_code="provider_slot", delay_s=30.0)
            job.progress(0.0, "waiting for a slot")
            await pause(_LOOK_AGAIN_S * random.uniform(1.0, 2.0), job, self._clock)

    async def try_acquire(self, family: Family, holder: str) -> Slot | None:
        """The slot that `holder` has already, or a free one, or None."""
        taken = await self._taken(family)
        mine = next((number for number, item in taken.items() if item["holder"] == holder), None)
        if mine is not None:
            return await self._put(self._slot(family, mine, holder), when=Equals({"holder": holder}))
        free = [number for number in self._numbers(family) if number not in taken]
        random.shuffle(free)
        for number in free:
            slot = await self._put(
                self._slot(family, number, holder), when=AbsentOrBefore("lease_until_s", self._clock.now_s())
            )
            if slot is not None:
                return slot
        return None

    async def release(self, slot: Slot) -> None:
        """Give it back; no error when it is somebody else's by now."""
        try:
            await self._store.delete(
                SLOTS, {"family": slot.family, "slot": slot.number}, when=Equals({"holder": slot.holder})
            )
        except Conflict:
            return

    async def _taken(self, family: Family) -> dict[str, Any]:
        page = await self._store.query(Query(SLOTS, self._key(family), limit=1000))
        now_s = self._clock.now_s()
        items: list[Any] = list(page.items)
        return {item["slot"]: item for item in items if item["lease_until_s"] >= now_s}

    async def _put(self, slot: Slot, *, when: AbsentOrBefore | Equals) -> Slot | None:
        item: dict[str, Value] = {
            "family": slot.family,
            "slot": slot.number,
            "holder": slot.holder,
            "lease_until_s": slot.lease_until_s,
        }
        try:
            await self._store.put(SLOTS, item, when=when)
        except Conflict:
            return None
        return slot

    def _slot(self, family: Family, number: str, holder: str) -> Slot:
        return Slot(self._key(family), number, holder, self._clock.now_s() + LEASE_S)

    def _numbers(self, family: Family) -> list[str]:
        return [f"{number:04d}" for number in range(self._limits[family])]

    def _key(self, family: Family) -> str:
        return f"{self._account}#{family}"
