"""Counters in this process, with one difference to the library's: what it costs to forget does not grow with users."""

import time

from limits.aio.storage import MemoryStorage

_FORGET_EVERY_S = 10.0


class OwnMemory(MemoryStorage):
    """The library's looks through all counters at every hit, in a task of its own; this one now and then.

    A counter that ran out counts as none before it is forgotten. Nothing is awaited between reading a counter and
    writing it, so none needs a lock.
    """

    STORAGE_SCHEME = ["async+reelwright"]  # noqa: RUF012 - as the library declares it

    def __init__(self) -> None:
        super().__init__()
        self._forget_at_s = 0.0

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now_s = time.time()
        if now_s >= self._forget_at_s:
            self._forget_at_s = now_s + _FORGET_EVERY_S
            self._forget(now_s)
        if self.expirations.get(key, 0.0) <= now_s:
            self.storage[key], self.expirations[key] = 0, now_s + expiry
        self.storage[key] += amount
        return self.storage[key]

    async def decr(self, key: str, amount: int = 1) -> int:
        counted = await self.get(key)
        if counted:
            self.storage[key] = max(0, counted - amount)
        return max(0, counted - amount)

    def _forget(self, now_s: float) -> None:
        for key in [key for key, ends_s in self.expirations.items() if ends_s <= now_s]:
            del self.storage[key], self.expirations[key]
