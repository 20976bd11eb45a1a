"""Concurrency slots: how many tasks of a product family an account runs at once, over all of our processes.

The vendor counts a task from its submission to its end, so a slot is taken before the POST and given back when the
end was read. A slot whose holder vanished comes free when its lease ends.
"""

import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from reelwright_chassis import metrics
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


class Slots:
    """`limits`: slots per family, as bought from the vendor for `account`."""

    def __init__(self, store: Store, clock: Clock, *, account: str, limits: Mapping[Family, int]) -> None:
        self._store = store
        self._clock = clock
        self._account = account
        self._limits = limits

    async def acquire(self, family: Family, holder: str, job: Job) -> None:
        """Wait for a slot. Raises `Stopped`, or `Retry` (provider_slot) when the job's deadline comes first.

        `holder` is the external_task_id of the task that it is for. What it holds already is kept, with a new lease.
        """
        while not await self.try_acquire(family, holder):
            if job.deadline_s < _LEAVE_BEFORE_DEADLINE_S:
                raise Retry("no slot came free in time", reason_code="provider_slot", delay_s=30.0)
            job.progress(0.0, "waiting for a slot")
            await pause(_LOOK_AGAIN_S * random.uniform(1.0, 2.0), job, self._clock)

    async def try_acquire(self, family: Family, holder: str) -> bool:
        """Whether `holder` has a slot now: its own of before, or one that was free."""
        holders = await self._holders(family)
        own = [number for number, other in holders.items() if other == holder]
        free = [number for number in self._numbers(family) if number not in holders]
        random.shuffle(free)
        for number in own or free:
            if await self._put(family, number, holder):
                return True
        return False

    async def release(self, family: Family, holder: str) -> None:
        """Give back what `holder` has, if anything."""
        for number, other in (await self._holders(family)).items():
            if other == holder:
                await self._delete(family, number, holder)

    async def show(self) -> None:
        """In the metrics: how many there are, and how many are held over all processes. Raises `Unavailable`."""
        for family in self._limits:
            metrics.KLING_SLOTS.labels(family=family.value).set(self._limits[family])
            metrics.KLING_SLOTS_USED.labels(family=family.value).set(len(await self._holders(family)))

    async def _holders(self, family: Family) -> dict[str, str]:
        """Who holds which slot, by number, as far as its lease still runs."""
        page = await self._store.query(Query(SLOTS, self._key(family), limit=1000))
        items: list[Any] = list(page.items)
        return {item["slot"]: item["holder"] for item in items if item["lease_until_s"] >= self._clock.now_s()}

    async def _put(self, family: Family, number: str, holder: str) -> bool:
        """False when another was quicker."""
        now_s = self._clock.now_s()
        item: dict[str, Value] = {
            "family": self._key(family),
            "slot": number,
            "holder": holder,
            "lease_until_s": now_s + LEASE_S,
        }
        for condition in (Equals({"holder": holder}), AbsentOrBefore("lease_until_s", now_s)):
            try:
                await self._store.put(SLOTS, item, when=condition)
            except Conflict:
                continue
            return True
        return False

    async def _delete(self, family: Family, number: str, holder: str) -> None:
        key = {"family": self._key(family), "slot": number}
        with suppress(Conflict):  # the lease ended just now, and it is somebody else's
            await self._store.delete(SLOTS, key, when=Equals({"holder": holder}))

    def _numbers(self, family: Family) -> list[str]:
        return [f"{number:04d}" for number in range(self._limits[family])]

    def _key(self, family: Family) -> str:
        return f"{self._account}#{family}"
