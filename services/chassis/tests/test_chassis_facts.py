"""Consuming facts: order by key, nothing lost, poison aside."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as Proto

from reelwright.events.v1.facts_pb2 import AssetReady, ScenesPlanned
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.envelope import encode
from reelwright_chassis.errors import Reject, Unavailable
from reelwright_chassis.testing import FakeClock, running
from reelwright_chassis.worker import FactConsumer, RetryPolicy
from reelwright_chassis.worker.facts import FactHandler, PoisonHandler


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[SqliteBus]:
    bus = await SqliteBus.open(tmp_path / "bus.sqlite")
    yield bus
    await bus.close()


def consume(bus: SqliteBus, handler: FactHandler, **options: Any) -> FactConsumer:
    options = {"retry": RetryPolicy(base_s=0.001, tries=2)} | options
    types = [AssetReady, ScenesPlanned]
    return FactConsumer(bus, handler, topic="results", group="director", member="m", types=types, **options)


async def publish(bus: SqliteBus, *facts: tuple[str, str]) -> None:
    await bus.publish([encode(AssetReady(project_id=p, request_id=r), source="test") for p, r in facts])


class Seen:
    """A handler that remembers; `until(n)` returns when n facts were handled."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._news = asyncio.Condition()

    async def __call__(self, fact: Proto, record: Record) -> None:
        assert isinstance(fact, AssetReady | ScenesPlanned)
        async with self._news:
            self.requests.append(fact.request_id)
            self._news.notify_all()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)


async def test_facts_of_a_project_come_in_order_one_at_a_time(bus: SqliteBus) -> None:
    seen, at_work = Seen(), set[str]()

    async def handle(fact: Proto, record: Record) -> None:
        assert record.key not in at_work
        at_work.add(record.key)
        await asyncio.sleep(0)
        at_work.remove(record.key)
        await seen(fact, record)

    consumer = consume(bus, handle)
    await publish(bus, *((f"p{n % 3}", f"p{n % 3}-{n:02}") for n in range(30)))
    async with running(consumer):
        await seen.until(30)
        assert consumer.ready
    for project in ("p0", "p1", "p2"):
        of_project = [request for request in seen.requests if request.startswith(project)]
        assert of_project == sorted(of_project)
    assert consumer.name == "director"
    assert await bus.lag("results", "director") == 0


async def test_projects_do_not_wait_for_each_other(bus: SqliteBus) -> None:
    seen, other_done = Seen(), asyncio.Event()

    async def handle(fact: Proto, record: Record) -> None:
        if record.key == "slow":
            await other_done.wait()
        else:
            other_done.set()
        await seen(fact, record)

    await publish(bus, ("slow", "1"), ("quick", "2"))
    async with running(consume(bus, handle)):
        await seen.until(2)
    assert seen.requests == ["2", "1"]


async def test_an_outage_is_waited_for(bus: SqliteBus) -> None:
    clock, seen, calls = FakeClock(), Seen(), 0

    async def handle(fact: Proto, record: Record) -> None:
        nonlocal calls
        calls += 1
        if calls < 10:
            raise Unavailable("the store is away")
        await seen(fact, record)

    consumer = consume(bus, handle, clock=clock)
    await publish(bus, ("p", "1"))
    async with running(consumer):
        while calls < 10:
            await clock.until_asleep(at_most_s=15.0)
            assert not consumer.ready
            await clock.advance(15.0)
        await seen.until(1)
    assert await bus.lag("results.dlq", "nobody") == 0


@pytest.mark.parametrize(("error", "calls_made"), [(ValueError("a bug"), 3), (Reject("internal", "no use"), 1)])
async def test_poison_is_told_of_and_goes_aside(bus: SqliteBus, error: Exception, calls_made: int) -> None:
    seen, calls = Seen(), 0
    poisoned: list[tuple[str, Exception]] = []

    async def handle(fact: Proto, record: Record) -> None:
        nonlocal calls
        if record.key == "poisoned":
            calls += 1
            raise error
        await seen(fact, record)

    async def on_poison(fact: Proto, record: Record, error: Exception) -> None:
        poisoned.append((record.key, error))

    letters = bus.follow("results.dlq")
    await publish(bus, ("poisoned", "1"), ("p", "2"), ("poisoned-not", "3"))
    async with running(consume(bus, handle, on_poison=on_poison)):
        letter = await anext(letters)
        await seen.until(2)
    assert (calls, poisoned) == (calls_made, [("poisoned", error)])
    assert letter.headers["dlq_attempts"] == b"%d" % calls_made
    assert await bus.lag("results", "director") == 0


async def test_a_failing_poison_handler_blocks_nothing(bus: SqliteBus) -> None:
    async def handle(fact: Proto, record: Record) -> None:
        raise Reject("internal", "no")

    async def on_poison(fact: Proto, record: Record, error: Exception) -> None:
        raise RuntimeError("this too")

    handler: PoisonHandler = on_poison
    letters = bus.follow("results.dlq")
    await publish(bus, ("p", "1"))
    async with running(consume(bus, handle, on_poison=handler)):
        assert (await anext(letters)).key == "p"


async def test_what_is_not_for_us_goes_aside_at_once(bus: SqliteBus) -> None:
    letters = bus.follow("results.dlq")
    await bus.publish([Message("results", "p", b"\x00")])
    async with running(consume(bus, Seen())):
        letter = await anext(letters)
    assert (letter.value, letter.headers["dlq_attempts"]) == (b"\x00", b"0")


async def test_a_stop_between_tries_leaves_the_fact_for_the_next(bus: SqliteBus) -> None:
    clock = FakeClock()

    async def fail(fact: Proto, record: Record) -> None:
        raise ValueError("not now")

    consumer = consume(bus, fail, clock=clock, retry=RetryPolicy(base_s=50.0, in_place_s=100.0))
    await publish(bus, ("p", "1"))
    async with running(consumer):
        await clock.until_asleep(at_most_s=50.0)
        consumer.stop()
    seen = Seen()
    async with running(consume(bus, seen)):
        await seen.until(1)


@pytest.mark.parametrize("where", ["handler", "poison", "letters"])
async def test_a_stop_in_an_outage_leaves_the_fact_for_the_next(bus: SqliteBus, where: str) -> None:
    clock = FakeClock()

    async def handle(fact: Proto, record: Record) -> None:
        raise Unavailable("x") if where == "handler" else Reject("internal", "x")

    async def on_poison(fact: Proto, record: Record, error: Exception) -> None:
        if where == "poison":
            raise Unavailable("x")
        await bus.publish([Message("results.dlq", "k", b"")] * 60)

    consumer = consume(bus, handle, clock=clock, on_poison=on_poison)
    if where == "letters":
        for _ in range(60):
            assert consumer._dead_letters._limit.allow(clock.monotonic_s())
    await publish(bus, ("p", "1"))
    async with running(consumer):
        await clock.until_asleep(at_most_s=0.5)
        consumer.stop()
    assert await bus.lag("results", "director") == 1
