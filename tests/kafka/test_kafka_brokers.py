"""Three brokers, one of which is lost under load: nothing that was stored is lost, and nothing is finished twice."""

import asyncio
from collections.abc import Iterator

import pytest
from kafka.members import GROUP, TOPIC, Leased, members, nothing_left
from kafka.support import declaration, settings_of
from parts import kafka
from parts.background import in_background
from parts.kafka_cluster import KafkaCluster, kafka_cluster

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.bus.port import Message
from reelwright_chassis.errors import Unavailable

JOBS = 600


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    if why := kafka.missing():
        pytest.skip(why)
    with kafka_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


class Load:
    """Stores a job every few milliseconds; tells when so many are stored."""

    def __init__(self, bus: KafkaBus) -> None:
        self._bus = bus
        self.stored: list[bytes] = []
        self.reached = {count: asyncio.Event() for count in (JOBS // 4, JOBS // 2)}

    async def run(self) -> None:
        for number in range(JOBS):
            name = b"job-%d" % number
            await self._store(Message(TOPIC, name.decode(), name))
            self.stored.append(name)
            if event := self.reached.get(len(self.stored)):
                event.set()

    async def _store(self, message: Message) -> None:
        async with asyncio.timeout(120):
            while True:
                try:
                    return await self._bus.publish([message])
                except Unavailable:
                    await asyncio.sleep(0.1)


@pytest.mark.parametrize("lost", [0, *(pytest.param(number, marks=pytest.mark.brokers) for number in (1, 2))])
async def test_one_broker_of_three_is_lost_under_load(cluster: KafkaCluster, lost: int) -> None:
    settings = settings_of(cluster.address, request_timeout_s=10.0)
    await provision_topics(settings, declaration([TOPIC]), replication_factor=3)
    work, bus = Leased(0.02), await KafkaBus.open(settings)
    load = Load(bus)
    async with members(settings, work.handle, concurrency=4) as group:
        await group.join()
        await group.join()
        loading = asyncio.ensure_future(load.run())
        await load.reached[JOBS // 4].wait()
        await in_background(cluster.nodes[lost].kill9)
        await load.reached[JOBS // 2].wait()
        await in_background(cluster.nodes[lost].start)
        await loading
        await work.until(lambda: set(work.done) == set(load.stored))
        await nothing_left(bus, TOPIC, GROUP)
    await bus.close()
    assert len(load.stored) == JOBS
    assert set(work.done.values()) == {1}
