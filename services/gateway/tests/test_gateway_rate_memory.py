"""The counters of a gateway that has no Valkey."""

import time

import pytest
from limits import parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from reelwright_gateway.rate.memory import OwnMemory

_ITEM = parse("3/minute")
_NOON_S = 1_764_331_200.0


@pytest.fixture
def memory() -> OwnMemory:
    return OwnMemory()


async def hits(memory: OwnMemory, user: str, times: int) -> int:
    """How many of them pass."""
    limiter = SlidingWindowCounterRateLimiter(memory)
    return sum([await limiter.hit(_ITEM, user) for _ in range(times)])


async def test_each_user_has_a_counter(memory: OwnMemory) -> None:
    assert [await hits(memory, user, 5) for user in ("ann", "bob")] == [3, 3]


async def test_the_window_slides(memory: OwnMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: _NOON_S)
    assert await hits(memory, "ann", 3) == 3
    monkeypatch.setattr(time, "time", lambda: _NOON_S + 90.0)  # half of the first minute counts still
    assert await hits(memory, "ann", 3) == 2
    monkeypatch.setattr(time, "time", lambda: _NOON_S + 300.0)
    assert await hits(memory, "ann", 5) == 3


async def test_who_asks_no_more_is_forgotten(memory: OwnMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: _NOON_S)
    for number in range(1_000):
        await hits(memory, f"user-{number}", 1)
    monkeypatch.setattr(time, "time", lambda: _NOON_S + 121.0)
    await hits(memory, "ann", 1)
    assert len(memory.storage) == len(memory.expirations) == 1


async def test_what_is_taken_back_is_never_below_zero(memory: OwnMemory) -> None:
    await memory.incr("key", 60, 2)
    assert [await memory.decr("key", 3), await memory.get("key"), await memory.decr("other")] == [0, 0, 0]
