"""Timers by a clock that is turned by hand."""

import asyncio
from functools import partial

from reelwright_chassis.testing import FakeClock
from reelwright_chassis.worker.companions import beside
from reelwright_chassis.worker.timers import Timers


def _note(called: list[tuple[float, float]], seconds: float, clock: FakeClock) -> None:
    called.append((seconds, clock.monotonic_s()))


async def test_they_call_in_order_at_their_time() -> None:
    clock = FakeClock()
    called: list[tuple[float, float]] = []
    timers = Timers(clock)
    async with beside(timers.run()):
        for seconds in (3.0, 1.0, 2.0):
            timers.after(seconds, partial(_note, called, seconds, clock))
        await clock.advance(10.0)
    assert called == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]


async def test_an_earlier_one_does_not_wait_for_a_later_one() -> None:
    clock = FakeClock()
    called: list[str] = []
    timers = Timers(clock)
    async with beside(timers.run()):
        timers.after(100.0, lambda: called.append("late"))
        await clock.until_asleep(at_least_s=100.0)
        timers.after(1.0, lambda: called.append("soon"))
        await clock.advance(2.0)
        assert called == ["soon"]
        await clock.advance(100.0)
    assert called == ["soon", "late"]


async def test_one_that_was_called_off_does_not_call() -> None:
    clock = FakeClock()
    called: list[str] = []
    timers = Timers(clock)
    async with beside(timers.run()):
        timer, kept = timers.after(1.0, lambda: called.append("off")), timers.after(2.0, lambda: called.append("on"))
        timer.cancel()
        await clock.advance(3.0)
        kept.cancel()
    assert called == ["on"]


async def test_those_called_off_do_not_pile_up() -> None:
    timers = Timers(FakeClock())
    for _ in range(10_000):
        timers.after(900.0, int).cancel()
    assert len(timers) <= 300


async def test_a_call_may_set_another() -> None:
    clock = FakeClock()
    called: list[float] = []
    timers = Timers(clock)

    def again() -> None:
        called.append(clock.monotonic_s())
        timers.after(5.0, again)

    async with beside(timers.run()):
        timers.after(5.0, again)
        await clock.advance(21.0)
        await asyncio.sleep(0)
    assert called == [5.0, 10.0, 15.0, 20.0]
