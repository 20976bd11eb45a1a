"""What nobody can read goes aside whole, and not too much of it at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.message import Message as Proto
from kafka.members import nothing_left
from kafka.support import EagerBus, create_topics, eager_bus, settings_of, until
from parts.shared import shared_part

from reelwright.events.v1.facts_pb2 import ScenesPlanned
from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.envelope import encode
from reelwright_chassis.testing import running
from reelwright_chassis.worker import FactConsumer

TOPIC, GROUP = "results", "director"


@pytest.fixture
async def bus(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EagerBus]:
    settings = settings_of(shared_part(tmp_path_factory, "kafka"))
    await create_topics(settings, [TOPIC])
    async with eager_bus(settings) as opened:
        yield opened


async def letters(bus: EagerBus, count: int) -> list[Any]:
    """As Kafka's own records."""
    consumer = AIOKafkaConsumer(
        bus.settings.topic_prefix + TOPIC + ".dlq",
        bootstrap_servers=bus.settings.bootstrap_servers,
        auto_offset_reset="earliest",
    )
    async with consumer, asyncio.timeout(60):
        return [await consumer.getone() for _ in range(count)]


async def send_raw(bus: EagerBus, values: list[bytes], *, key: bytes, headers: list[tuple[str, bytes]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bus.settings.bootstrap_servers, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(bus.settings.topic_prefix + TOPIC, value, key=key, headers=headers)


def consumer_of(bus: EagerBus, seen: list[str]) -> FactConsumer:
    async def handle(fact: Proto, record: Record) -> None:
        seen.append(getattr(fact, "request_id", ""))

    return FactConsumer(bus, handle, topic=TOPIC, group=GROUP, member="m", types=[ScenesPlanned])


async def test_undecodable_bytes_go_aside_as_they_were_and_block_nothing(bus: EagerBus) -> None:
    headers = [("ce_type", b"who.knows"), ("own", b"\xff\x00")]
    await send_raw(bus, [b"\xff\xfe not a fact"], key=b"\xc3\x28 no UTF-8", headers=headers)
    fact = ScenesPlanned(tenant_id="t", user_id="u", project_id="p", request_id="r1")
    seen: list[str] = []
    async with running(consumer_of(bus, seen)):
        await bus.publish([encode(fact, source="test", topic=TOPIC)])
        (letter,) = await letters(bus, 1)
        await nothing_left(bus, TOPIC, GROUP)
    assert (letter.value, letter.key) == (b"\xff\xfe not a fact", b"\xc3\x28 no UTF-8")
    kept = dict(letter.headers)
    assert headers == [(name, kept[name]) for name, _ in headers]
    assert (kept["dlq_topic"], kept["dlq_offset"], kept["dlq_group"]) == (TOPIC.encode(), b"0", GROUP.encode())
    assert seen == ["r1"]


async def test_too_many_dead_letters_make_it_wait_unready(bus: EagerBus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that cannot read its topic does not empty it into the dead letters."""
    monkeypatch.setattr("reelwright_chassis.worker.dead_letters.MAX_IN_WINDOW", 3)
    monkeypatch.setattr("reelwright_chassis.worker.dead_letters.WINDOW_S", 2.0)
    await bus.publish([Message(TOPIC, "k", b"of another release")] * 5)
    consumer = consumer_of(bus, [])
    async with running(consumer):
        await letters(bus, 3)
        await until(lambda: bool(consumer._driver.outage))
        assert not consumer.ready
        assert await bus.lag(TOPIC, GROUP) >= 2
        await letters(bus, 5)
        await nothing_left(bus, TOPIC, GROUP)
        await until(lambda: consumer.ready)
