"""Looking at the broker's topics: without a group, so that nobody's partitions move."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient

from reelwright_chassis.bus.browser import Backlog
from reelwright_chassis.bus.kafka_admin import admin_client, committed_by, extents, partitions_of, reader
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_records import Names, record_of
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.port import Record
from reelwright_chassis.errors import Unavailable

_POLL_MS = 500
_PATIENCE_S = 30.0
"""How long nothing may come while there is more to read."""


class KafkaBrowser:
    """Implements `Browser`."""

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, names: Names) -> None:
        self._admin = admin
        self._consumer = consumer
        self._names = names

    async def latest(self, topic: str, per_partition: int) -> list[Record]:
        partitions = await partitions_of(self._admin, self._names.outside(topic))
        held = await extents(self._consumer, partitions)
        return await self._read({at: (max(e.first, e.next - per_partition), e.next) for at, e in held.items()})

    async def backlog(self, topic: str, group: str) -> Backlog:
        partitions = await partitions_of(self._admin, self._names.outside(topic))
        commits = await committed_by(self._admin, self._names.outside(group), partitions)
        held = await extents(self._consumer, partitions)
        nexts = {at: max(commits[at], extent.first) for at, extent in held.items()}
        oldest = await self._read({at: (nexts[at], min(nexts[at] + 1, extent.next)) for at, extent in held.items()})
        behind = sum(extent.next - nexts[at] for at, extent in held.items())
        return Backlog(behind, min((record.timestamp_s for record in oldest), default=None))

    async def _read(self, spans: Mapping[KafkaPartition, tuple[int, int]]) -> list[Record]:
        """The records of each partition from the first offset up to, without, the second. Raises `Unavailable`."""
        wanted = {at: (first, end) for at, (first, end) in spans.items() if first < end}
        self._consumer.assign(list(wanted))
        for at, (first, _) in wanted.items():
            self._consumer.seek(at, first)
        found: list[Record] = []
        came_s = time.monotonic()
        while wanted:
            batches = await self._consumer.getmany(*wanted, timeout_ms=_POLL_MS)
            for at, messages in batches.items():
                found += [
                    record_of(self._names.at(at), m) for m in messages if at in wanted and m.offset < wanted[at][1]
                ]
            came_s = time.monotonic() if batches else came_s
            # By position, for what a span ends with may have been compacted away.
            wanted = {at: span for at, span in wanted.items() if await self._consumer.position(at) < span[1]}
            if time.monotonic() - came_s > _PATIENCE_S:
                raise Unavailable(f"reading {next(iter(wanted)).topic}: nothing came for {_PATIENCE_S:.0f} s")
        return found


@asynccontextmanager
async def browsing(settings: KafkaSettings) -> AsyncIterator[KafkaBrowser]:
    """Raises `SettingsError`, `Unavailable`."""
    clients = KafkaClients(settings)
    async with admin_client(clients) as admin, reader(clients) as consumer:
        yield KafkaBrowser(admin, consumer, Names(settings.topic_prefix))
