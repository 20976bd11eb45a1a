"""Replicas that count together, in a real Valkey; and what they do while it is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from parts import valkey
from parts.background import in_background
from prometheus_client import REGISTRY
from pydantic import SecretStr

from reelwright_chassis.testing import FakeClock
from reelwright_gateway.identity.caller import Caller
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.problems import Problem
from reelwright_gateway.rate.limiter import RateLimiter
from reelwright_gateway.settings import GatewaySettings


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[valkey.Valkey]:
    if why := valkey.missing():
        pytest.skip(why)
    part = await in_background(lambda: valkey.start(tmp_path))
    yield part
    await in_background(part.stop)


def _settings(server: valkey.Valkey, rate: str) -> GatewaySettings:
    return GatewaySettings(rate_read=rate, rate_valkey_url=SecretStr(server.url), secret=SecretStr("s" * 32))


@asynccontextmanager
async def _replicas(server: valkey.Valkey, rate: str, clock: FakeClock, count: int) -> AsyncIterator[list[RateLimiter]]:
    made = [RateLimiter(_settings(server, rate), clock) for _ in range(count)]
    yield made
    for limiter in made:
        await limiter.close()


async def _passes(limiter: RateLimiter) -> bool:
    try:
        await limiter.pass_or_refuse("read", "t", "u")
    except Problem as refused:
        return refused.code != "rate_limited"
    return True


def _alone() -> float:
    return REGISTRY.get_sample_value("reelwright_rate_limits_alone_total") or 0.0


async def test_replicas_share_one_limit(server: valkey.Valkey) -> None:
    before = _alone()
    async with _replicas(server, "10/hour", FakeClock(), 3) as replicas:
        passed = await asyncio.gather(*(_passes(replicas[number % 3]) for number in range(30)))
    assert (passed.count(True), _alone()) == (10, before)


async def test_while_it_is_away_each_counts_for_itself_and_says_so_once(server: valkey.Valkey) -> None:
    clock = FakeClock()
    async with _replicas(server, "2/hour", clock, 2) as (one, two):
        assert [await _passes(one), await _passes(two), await _passes(one)] == [True, True, False]
        before = _alone()
        await in_background(server.stop)
        assert [await _passes(one) for _ in range(3)] == [True, True, False]
        assert [await _passes(two) for _ in range(3)] == [True, True, False]
        assert _alone() == before + 2
        await in_background(server.start)
        await clock.advance(6)
        assert [await _passes(one), await _passes(two), await _passes(one)] == [True, True, False]


async def test_one_that_hangs_is_as_good_as_away(server: valkey.Valkey) -> None:
    async with _replicas(server, "1/hour", FakeClock(), 1) as (one,):
        assert await _passes(one)
        before = _alone()
        with server.hanging():
            assert [await _passes(one) for _ in range(2)] == [True, False]
        assert _alone() == before + 1


async def test_a_ticket_is_good_once_at_all_replicas_together(server: valkey.Valkey) -> None:
    clock = FakeClock()
    one, two = (Tickets(_settings(server, "10/hour"), clock) for _ in range(2))
    caller = Caller("t", "u", frozenset({"projects:read"}), "u")
    ticket = one.make(caller).text
    assert await two.take(ticket) == caller
    with pytest.raises(Problem):
        await one.take(ticket)
    await one.close()
    await two.close()
