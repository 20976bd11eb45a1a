"""Loops go on when a part is away, wake when told, and end when asked."""

import asyncio

import pytest

from reelwright_chassis.errors import Unavailable
from reelwright_chassis.testing import FakeClock
from reelwright_director.loops import Loop


async def test_every_so_often_and_when_woken() -> None:
    clock, done = FakeClock(), asyncio.Queue[int]()

    async def work() -> None:
        done.put_nowait(1)

    loop = Loop("test", work, 10.0, clock)
    running = asyncio.ensure_future(loop.run())
    await clock.advance(0)
    assert done.qsize() == 1
    await clock.advance(10)
    assert done.qsize() == 2
    loop.wake()
    await clock.advance(0)
    assert done.qsize() == 3
    loop.stop()
    await running


async def test_a_part_that_is_away_is_waited_for() -> None:
    clock, calls = FakeClock(), list[int]()

    async def work() -> None:
        calls.append(1)
        raise Unavailable("away")

    loop = Loop("test", work, 10.0, clock)
    running = asyncio.ensure_future(loop.run())
    await clock.advance(30)
    assert len(calls) == 4
    loop.stop()
    await running


async def test_a_fault_of_ours_is_not_hidden() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Loop("test", work, 10.0, FakeClock()).run()
