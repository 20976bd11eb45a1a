"""Reading a topic without a group: all of its partitions, from the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition

from reelwright_chassis.bus.kafka_admin import admin_client, extents, partitions_of, reader
from reelwright_chassis.bus.kafka_client import KafkaClients, reaching
from reelwright_chassis.bus.kafka_records import Names, record_of
from reelwright_chassis.bus.port import Record
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.logs import get_logger

log = get_logger(__name__)

_POLL_S = 1.0
_AGAIN_AFTER_S = 1.0


class KafkaFollower:
    """Positions are kept here, not left to aiokafka: with its own assignment of a whole topic, each new partition would
    move all of them to the end, and skip what lies in between."""

    def __init__(self, clients: KafkaClients, names: Names, topic: str, clock: Clock, closed: asyncio.Event) -> None:
        self._clients = clients
        self._names = names
        self._topic = topic
        self._clock = clock
        self._closed = closed
        self._positions: dict[KafkaPartition, int] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._open = AsyncExitStack()
        self._looked_at_s = 0.0

    async def records(self) -> AsyncIterator[Record]:
        """Ends when the bus is closed. While the broker is away it waits, and says so in the log."""
        try:
            while not self._closed.is_set():
                for record in await self._next():
                    yield record
        finally:
            await self._open.aclose()

    async def _next(self) -> list[Record]:
        try:
            with reaching(f"following {self._topic}"):
                await self._look_for_partitions()
                if self._consumer is None:
                    return []
                batches = await self._consumer.getmany(timeout_ms=round(1000 * _POLL_S))
        except (Unavailable, SettingsError) as error:  # a password is being changed, say
            log.warning("follower_waits", topic=self._topic, error=str(error))
            await self._start_over()
            return []
        records = []
        for partition, messages in batches.items():
            self._positions[partition] = messages[-1].offset + 1
            records += [record_of(self._names.at(partition), message) for message in messages]
        return records

    async def close(self) -> None:
        await self._open.aclose()

    async def _look_for_partitions(self) -> None:
        """At the start, and now and then: topics grow. A partition that is new meanwhile is read from its beginning."""
        now_s = self._clock.monotonic_s()
        if self._consumer is not None and now_s - self._looked_at_s < self._clients.settings.metadata_max_age_s:
            return
        async with admin_client(self._clients) as admin:
            partitions = await partitions_of(admin, self._names.outside(self._topic))
        if self._consumer is None:
            self._consumer = await self._open.enter_async_context(reader(self._clients))
            await self._assign(self._consumer, partitions)
        elif set(partitions) != self._positions.keys():
            await self._assign(self._consumer, partitions)
        self._looked_at_s = now_s

    async def _assign(self, consumer: AIOKafkaConsumer, partitions: list[KafkaPartition]) -> None:
        from_the_end = not self._positions
        new = [at for at in partitions if at not in self._positions]
        for at, extent in (await extents(consumer, new)).items():
            self._positions[at] = extent.next if from_the_end else extent.first
        consumer.assign(partitions)
        for at in partitions:
            consumer.seek(at, self._positions[at])

    async def _start_over(self) -> None:
        """With a new client, at the same positions."""
        await self._open.aclose()
        self._consumer = None
        try:
            async with asyncio.timeout(_AGAIN_AFTER_S):
                await self._closed.wait()
        except TimeoutError:
            pass
