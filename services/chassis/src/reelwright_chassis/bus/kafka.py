"""The bus of a cluster: Apache Kafka, or what speaks its protocol, through aiokafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Self

from reelwright_chassis.bus.counted import count_published
from reelwright_chassis.bus.kafka_admin import admin_client, committed_by, extents, partitions_of, reader
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_consumer import KafkaConsumer
from reelwright_chassis.bus.kafka_follower import KafkaFollower
from reelwright_chassis.bus.kafka_producer import KafkaProducer
from reelwright_chassis.bus.kafka_records import Names
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.limits import check_message
from reelwright_chassis.bus.port import AssignmentListener, Message, Record
from reelwright_chassis.clock import Clock, SystemClock


class KafkaBus:
    """Implements `Bus` for one event loop. Creates no topics: `kafka_topics.provision_topics` does.

    No transactions: aiokafka's fence nothing but their own id, and a commit marker would look like lag for ever.
    """

    def __init__(self, clients: KafkaClients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock
        self._names = Names(clients.settings.topic_prefix)
        self._producer = KafkaProducer(clients, self._names)
        self._consumers: list[KafkaConsumer] = []
        self._followers: set[KafkaFollower] = set()
        self._closed = asyncio.Event()

    @classmethod
    async def open(cls, settings: KafkaSettings, *, clock: Clock | None = None) -> Self:
        """Connect. Raises `SettingsError` when the broker refuses this user, `Unavailable` when none can be reached."""
        bus = cls(KafkaClients(settings), clock or SystemClock())
        await bus._producer.open()
        return bus

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            check_message(message)
        if not messages:
            return
        began_s = self._clock.monotonic_s()
        await self._producer.publish(messages)
        count_published(messages, self._clock.monotonic_s() - began_s)

    async def consumer(
        self, topics: Sequence[str], *, group: str, member: str, listener: AssignmentListener
    ) -> KafkaConsumer:
        """Raises `Unavailable`, also for a topic that does not exist."""
        for topic in topics:
            await self._producer.check_topic(topic)
        consumer = KafkaConsumer(
            self._clients, self._names, topics, group=group, member=member, listener=listener, clock=self._clock
        )
        await consumer.join()
        self._consumers.append(consumer)
        return consumer

    async def follow(self, topic: str) -> AsyncIterator[Record]:
        follower = KafkaFollower(self._clients, self._names, topic, self._clock, self._closed)
        self._followers.add(follower)
        try:
            async for record in follower.records():
                yield record
        finally:
            self._followers.discard(follower)
            await follower.close()

    async def lag(self, topic: str, group: str) -> int:
        async with admin_client(self._clients) as admin:
            partitions = await partitions_of(admin, self._names.outside(topic))
            commits = await committed_by(admin, self._names.outside(group), partitions)
        async with reader(self._clients) as consumer:
            held = await extents(consumer, partitions)
        # What was committed and has gone since counts no more.
        return sum(extent.next - max(commits[at], extent.first) for at, extent in held.items())

    async def close(self) -> None:
        self._closed.set()
        ending = [consumer.close() for consumer in self._consumers]
        ending += [follower.close() for follower in self._followers]
        await asyncio.gather(*ending)
        await self._producer.close()
