"""The broker is away: who publishes is told before long, nothing is lost, and all goes on when it is back."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from contract.test_bus_contract import Listener, join
from kafka.support import EagerBus, create_topics, eager_bus, settings_of
from parts import kafka
from parts.background import in_background
from parts.shared import shared_part

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_consumer import _JOIN_ANEW_AFTER
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.port import Consumer, Message
from reelwright_chassis.errors import Unavailable

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def to_be_killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka.Kafka]:
    """A broker of this module's own."""
    if why := kafka.missing():
        pytest.skip(why)
    part = kafka.Kafka(tmp_path_factory.mktemp("broker"))
    yield part
    part.stop()


@pytest.fixture
def broker(to_be_killed: kafka.Kafka) -> kafka.Kafka:
    """It runs, whatever the last test did to it."""
    if not to_be_killed.running:
        to_be_killed.start()
    return to_be_killed


def hasty(broker: kafka.Kafka) -> KafkaSettings:
    return settings_of(broker.address, publish_timeout_s=1.0, request_timeout_s=3.0)


async def until_stored(bus: KafkaBus, message: Message) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await bus.publish([message])
            except Unavailable:
                continue


async def until_polled(
    consumer: Consumer, enough: Callable[[list[bytes]], bool], *, ride_out: bool = True
) -> list[bytes]:
    """Values, until they are enough; outages are ridden out, or raised."""
    found: list[bytes] = []
    async with asyncio.timeout(PATIENCE_S):
        while not enough(found):
            try:
                found += [record.value for record in await consumer.poll(max_records=100, timeout_s=1.0)]
            except Unavailable:
                if not ride_out:
                    raise
                await asyncio.sleep(0)
    return found


async def test_a_bus_opens_when_its_broker_is_there_and_says_why_it_does_not_before(broker: kafka.Kafka) -> None:
    broker.kill9()
    with pytest.raises(
        Unavailable, match=rf"cannot be reached: {broker.address['bootstrap_servers']}: .*Connect call failed"
    ):
        await KafkaBus.open(hasty(broker))
    await in_background(broker.start)
    await (await KafkaBus.open(hasty(broker))).close()


async def test_a_publish_to_a_broker_that_is_away_ends_and_works_again_later(broker: kafka.Kafka) -> None:
    async with eager_bus(hasty(broker)) as bus:
        consumer = await join(bus, "t", "g")
        await bus.publish([Message("t", "k", b"before")])
        broker.kill9()
        for _ in range(3):
            began_s = time.monotonic()
            with pytest.raises(Unavailable):
                await bus.publish([Message("t", "k", b"while away")])
            assert time.monotonic() - began_s < 10
        await in_background(broker.start)
        await until_stored(bus, Message("t", "k", b"after"))
        found = await until_polled(consumer, lambda found: b"after" in found)
        assert found.count(b"while away") <= 1, "what was given up is not sent for ever"


async def test_who_polls_a_broker_that_is_away_is_told_and_joins_anew(
    broker: kafka.Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelwright_chassis.bus.kafka_consumer._LOOK_EVERY_S", 0.5)
    async with eager_bus(hasty(broker)) as bus:
        listener = Listener()
        consumer = await join(bus, "t", "g", listener=listener)
        broker.kill9()
        for _ in range(_JOIN_ANEW_AFTER + 1):
            with pytest.raises(Unavailable):
                await until_polled(consumer, lambda _: False, ride_out=False)
        assert listener.told == ["assigned", "revoked"]
        await in_background(broker.start)
        await until_stored(bus, Message("t", "k", b"after"))
        assert await until_polled(consumer, lambda found: b"after" in found) == [b"after"]
        assert listener.told == ["assigned", "revoked", "assigned"]


async def test_nothing_acknowledged_is_lost_when_the_broker_is_killed_under_load(broker: kafka.Kafka) -> None:
    stored: list[bytes] = []
    enough = asyncio.Event()

    async def publish(bus: EagerBus, count: int) -> None:
        for number in range(count):
            await until_stored(bus, Message("t", f"key-{number}", b"%d" % number))
            stored.append(b"%d" % number)
            if number == 100:
                enough.set()

    async with eager_bus(hasty(broker)) as bus:
        consumer = await join(bus, "t", "g")
        following = asyncio.ensure_future(until_polled(consumer, lambda found: len(set(found)) == 300))
        publishing = asyncio.ensure_future(publish(bus, 300))
        await enough.wait()
        await in_background(broker.kill9)
        await in_background(broker.start)
        await publishing
        assert set(await following) == set(stored)


async def test_followers_go_on_where_they_were(broker: kafka.Kafka) -> None:
    settings = hasty(broker)
    await create_topics(settings, ["t"])
    async with eager_bus(settings) as bus:
        records = bus.follow("t")
        first = asyncio.ensure_future(anext(records))
        async with asyncio.timeout(PATIENCE_S):
            while not first.done():
                await bus.publish([Message("t", "k", b"mark")])
        await in_background(broker.kill9)
        await in_background(broker.start)
        await until_stored(bus, Message("t", "k", b"after"))
        async with asyncio.timeout(PATIENCE_S):
            while (await anext(records)).value != b"after":
                pass


async def test_a_topic_that_does_not_exist_is_named_with_the_remedy(tmp_path_factory: pytest.TempPathFactory) -> None:
    bus = await KafkaBus.open(settings_of(shared_part(tmp_path_factory, "kafka")))
    began_s = time.monotonic()
    for asked in (bus.publish([Message("nowhere", "k", b"")]), join(bus, "nowhere", "g"), bus.lag("nowhere", "g")):
        with pytest.raises(Unavailable, match=r"nowhere does not exist: create it with `reelwright provision`"):
            await asked
    assert time.monotonic() - began_s < 20
    await create_topics(bus._clients.settings, ["nowhere"])
    await bus.publish([Message("nowhere", "k", b"x")])
    await bus.close()


async def test_a_follower_sees_new_partitions_from_their_beginning(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_of(shared_part(tmp_path_factory, "kafka"), metadata_max_age_s=0.3)
    await create_topics(settings, ["t"], partitions=1)
    async with eager_bus(settings) as bus:
        records = bus.follow("t")
        first = asyncio.ensure_future(anext(records))
        async with asyncio.timeout(PATIENCE_S):
            while not first.done():
                await KafkaBus.publish(bus, [Message("t", "k", b"mark")])
            await create_topics(settings, ["t"], partitions=4)
            seen: set[int] = set()
            published = 0
            while seen != {0, 1, 2, 3}:
                await KafkaBus.publish(bus, [Message("t", f"key-{published}", b"new")])
                published += 1
                seen.add((await anext(records)).partition)
