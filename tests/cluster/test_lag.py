"""KEDA takes a worker from no pod to as many as have work, and back to none, by its group's lag on a real broker.

The pods are KWOK's and run nothing: drivers of the chassis in this process are the group's members.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from cluster.control_plane import ControlPlane
from cluster.release import CHART, NAME, Release, namespace
from kafka.members import Leased, ask, members, nothing_left
from kafka.support import PARTITIONS, EagerBus, eager_bus, settings_of
from parts import kafka
from town.waiting import until

from reelwright_chassis.bus.kafka_admin import admin_client, committed_by, partitions_of
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.topics import topics

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
WORKER = "renderer"
TOPIC = "render.requests"
RECORDS = [b"render-%d" % number for number in range(10 * PARTITIONS)]
SOON_EXPIRED = ("offsets.retention.minutes=1", "offsets.retention.check.interval.ms=500")
HASTY = {"pollingInterval": 1, "cooldownPeriod": 3, "stabilizationWindowSeconds": 0}
"""All that differs from what the chart ships."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A release whose worker KEDA scales, and its broker."""

    release: Release
    settings: KafkaSettings

    async def pods(self) -> int:
        """That are ready; -1 while they are not as many as are wanted."""
        return await asyncio.to_thread(self._ready)

    async def has(self, pods: int) -> None:
        """Returns once KEDA has asked for so many, and so many are ready."""

        async def holds() -> bool:
            return await self.pods() == pods

        await until(holds, 180, f"{pods} pods of the {WORKER}")

    def _ready(self) -> int:
        name = f"{NAME}-reelwright-{WORKER}"
        found = self.release.plane.read("deployment", name, "--namespace", self.release.namespace)
        ready = int(found["status"].get("readyReplicas", 0))
        return ready if found["spec"]["replicas"] == ready else -1


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka.Kafka]:
    """One of its own, that forgets the offsets of a group without members after a minute (Kafka: after a week)."""
    if why := kafka.missing():
        pytest.skip(why)
    here = kafka.Kafka(tmp_path_factory.mktemp("broker"), more=SOON_EXPIRED)
    here.start()
    yield here
    here.stop()


@pytest.fixture(scope="module")
def scaled(plane: ControlPlane, broker: kafka.Kafka) -> Iterator[Scaled]:
    values = {"keda": HASTY, "settings": {"kafka": {"bootstrapServers": broker.address["bootstrap_servers"]}}}
    with namespace(plane, "scaled") as name:
        release = Release(plane, name, CHART / "ci" / "staging-values.yaml", values)
        release.install()
        yield Scaled(release, settings_of(broker.address, topic_prefix=topics().prefix))
        release.uninstall()


@pytest.fixture
async def bus(scaled: Scaled) -> AsyncIterator[EagerBus]:
    await provision_topics(scaled.settings, topics(), partitions=PARTITIONS)
    async with eager_bus(scaled.settings) as opened:
        yield opened


async def test_a_worker_comes_when_there_is_work_and_goes_after_it(scaled: Scaled, bus: EagerBus) -> None:
    await scaled.has(0)
    await ask(bus, RECORDS, TOPIC)
    await scaled.has(PARTITIONS)
    work = Leased(0.0)
    async with members(scaled.settings, work.handle, topic=TOPIC, name=WORKER) as group:
        for _ in range(PARTITIONS):
            await group.join()
        await nothing_left(bus, TOPIC, WORKER)
    assert work.done.keys() == set(RECORDS)
    await scaled.has(0)


async def test_a_group_whose_offsets_expired_wakes_and_sleeps_again(scaled: Scaled, bus: EagerBus) -> None:
    """What the broker still keeps is its lag then; it is delivered again, which leases make harmless, and committed."""
    await ask(bus, RECORDS, TOPIC)
    async with members(scaled.settings, Leased(0.0).handle, topic=TOPIC, name=WORKER) as group:
        await group.join()
        await nothing_left(bus, TOPIC, WORKER)
    await scaled.has(0)
    await until(lambda: forgotten(bus), 120, "the broker forgets the group's offsets")
    await scaled.has(PARTITIONS)
    late = Leased(0.0)
    async with members(scaled.settings, late.handle, topic=TOPIC, name=WORKER) as group:
        await group.join()
        await scaled.has(0)
    assert late.done.keys() == set(RECORDS)


async def forgotten(bus: EagerBus) -> bool:
    prefix = bus.settings.topic_prefix
    async with admin_client(bus._clients) as admin:
        commits = await committed_by(admin, prefix + WORKER, await partitions_of(admin, prefix + TOPIC))
    return set(commits.values()) == {-1}
