"""Whoever is cancelled while it reaches for Kafka leaves no connection open, and no member in a group."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from contract.test_bus_contract import Listener, join
from kafka.support import PARTITIONS, create_topics, eager_bus, settings_of, until
from parts.shared import shared_part

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_consumer import KafkaConsumer
from reelwright_chassis.bus.kafka_records import Names
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.port import Consumer, TopicPartition
from reelwright_chassis.clock import SystemClock

GROUP = "g"


class Bootstrap:
    """Passes on to a broker, and holds each connection's second answer back: the one that names the brokers."""

    def __init__(self, broker: str) -> None:
        self._host, self._port = broker.split(":")
        self.asked = asyncio.Event()
        self.open = 0
        self._answer = asyncio.Event()

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._pass_on, "127.0.0.1", 0)

    def answer(self) -> None:
        self._answer.set()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        there, to_there = await asyncio.open_connection(self._host, self._port)
        answers = asyncio.ensure_future(self._pass_back(there, writer))
        while asked := await reader.read(65536):
            to_there.write(asked)
        answers.cancel()
        with suppress(asyncio.CancelledError):
            await answers
        to_there.close()
        writer.close()
        self.open -= 1

    async def _pass_back(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(2):
            length = await there.readexactly(4)
            body = await there.readexactly(int.from_bytes(length, "big"))
            if number == 1:
                self.asked.set()
                await self._answer.wait()
            writer.write(length + body)
        await there.read()


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> KafkaSettings:
    return settings_of(shared_part(tmp_path_factory, "kafka"))


@pytest.fixture
async def bootstrap(settings: KafkaSettings) -> AsyncIterator[tuple[Bootstrap, KafkaSettings]]:
    passing = Bootstrap(settings.bootstrap_servers)
    async with await passing.listen() as server:
        port = server.sockets[0].getsockname()[1]
        yield passing, settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{port}"})


async def open_a_bus(settings: KafkaSettings) -> None:
    await (await KafkaBus.open(settings)).close()


async def join_a_group(settings: KafkaSettings) -> None:
    names = Names(settings.topic_prefix)
    clock, clients = SystemClock(), KafkaClients(settings)
    await KafkaConsumer(clients, names, ["t"], group=GROUP, member="a", listener=Listener(), clock=clock).join()


async def make_topics(settings: KafkaSettings) -> None:
    await create_topics(settings, ["t"])


@pytest.mark.parametrize("reach", [open_a_bus, join_a_group, make_topics])
async def test_no_connection_is_left(
    bootstrap: tuple[Bootstrap, KafkaSettings], reach: Callable[[KafkaSettings], Awaitable[None]]
) -> None:
    passing, settings = bootstrap
    reaching = asyncio.ensure_future(reach(settings))
    await passing.asked.wait()
    reaching.cancel()
    passing.answer()
    with pytest.raises(asyncio.CancelledError):
        await reaching
    await until(lambda: passing.open == 0)


@dataclass
class Slow(Listener):
    """Takes its time to let its partitions go, so that a rebalance waits for it."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        self.asked.set()
        await self.let_go.wait()
        await super().revoked(partitions)


async def test_no_member_is_left_in_the_group(settings: KafkaSettings) -> None:
    async with eager_bus(settings) as bus:
        here = Slow()
        staying = await join(bus, "t", GROUP, "stays", here)
        polling = asyncio.ensure_future(_poll_for_ever(staying))
        joining = asyncio.ensure_future(join(bus, "t", GROUP, "goes"))
        await here.asked.wait()
        joining.cancel()
        with pytest.raises(asyncio.CancelledError):
            await joining
        here.let_go.set()
        await until(lambda: len(here.has) == PARTITIONS and here.told.count("assigned") > 1)
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling


async def _poll_for_ever(consumer: Consumer) -> None:
    while True:
        await consumer.poll(max_records=1, timeout_s=1.0)
