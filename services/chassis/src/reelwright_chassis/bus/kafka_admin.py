"""Looking at topics and offsets without being anybody's consumer."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaConnectionError, for_code

from reelwright_chassis.bus.kafka_client import KafkaClients, no_such_topic, reaching
from reelwright_chassis.bus.kafka_ends import end_consumer
from reelwright_chassis.bus.kafka_starts import start_client
from reelwright_chassis.errors import Unavailable

_UNKNOWN_TOPIC = 3
_PATIENCE_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


class Extent(NamedTuple):
    """A partition holds the offsets from `first` up to, without, `next`."""

    first: int
    next: int


@asynccontextmanager
async def admin_client(clients: KafkaClients) -> AsyncIterator[AIOKafkaAdminClient]:
    """Raises `SettingsError`, `Unavailable`, also for what its user meets within."""
    admin = AIOKafkaAdminClient(**clients.common())
    try:
        with reaching("asking the broker"):
            try:
                await start_client(admin)
            except KafkaConnectionError as error:
                raise await clients.why_unreachable() from error
            yield admin
    finally:
        await admin.close()


async def partitions_of(admin: AIOKafkaAdminClient, topic: str) -> list[KafkaPartition]:
    """Raises `Unavailable`."""
    (found,) = await admin.describe_topics([topic])
    if found["error_code"] == _UNKNOWN_TOPIC:
        raise no_such_topic(topic)
    if found["error_code"]:
        raise for_code(found["error_code"])(topic)
    return sorted(KafkaPartition(topic, each["partition"]) for each in found["partitions"])


async def committed_by(
    admin: AIOKafkaAdminClient, group: str, partitions: Collection[KafkaPartition]
) -> dict[KafkaPartition, int]:
    """The group's next offsets; -1 where it never committed one.

    The first question that a new broker hears about a group has it create the topic that groups are kept in: until then
    it asks for patience, or answers nothing (aiokafka does not look at the answer's error).
    """
    for pause_s in _PATIENCE_S:
        with suppress(GroupCoordinatorNotAvailableError):
            commits = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
            if commits.keys() >= set(partitions):
                return {at: commits[at].offset for at in partitions}
        await asyncio.sleep(pause_s)
    raise Unavailable(f"the broker has no coordinator for the group {group} yet")


@asynccontextmanager
async def reader(clients: KafkaClients) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group and without partitions yet."""
    consumer = AIOKafkaConsumer(**clients.reader())
    try:
        with reaching("asking the broker"):
            try:
                await start_client(consumer)
            except KafkaConnectionError as error:
                raise Unavailable(str(await clients.why_unreachable())) from error
            yield consumer
    finally:
        await end_consumer(consumer)


async def extents(consumer: AIOKafkaConsumer, partitions: Collection[KafkaPartition]) -> dict[KafkaPartition, Extent]:
    firsts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    return {at: Extent(firsts[at], ends[at]) for at in partitions}
