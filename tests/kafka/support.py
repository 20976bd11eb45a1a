"""A bus on the run's one broker that makes its topics as they are asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_consumer import KafkaConsumer
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.bus.port import AssignmentListener, Message
from reelwright_chassis.clock import Clock
from reelwright_chassis.ids import new_id
from reelwright_chassis.topics import Topics, topics

PARTITIONS = 6


def settings_of(address: Mapping[str, str], **given: object) -> KafkaSettings:
    """Of a broker of the tests, impatient, with topics and groups that no other test knows."""
    hasty = {"session_timeout_s": 3.0, "heartbeat_interval_s": 0.2, "rebalance_timeout_s": 10.0, "retry_backoff_s": 0.1}
    return KafkaSettings.load(**{**address, **hasty, "topic_prefix": f"{new_id()}.", **given})


def declaration(names: Iterable[str], *, partitions: int = PARTITIONS, **given: object) -> Topics:
    """Topics of these names, each with a group and so with dead letters."""
    fields = {"key": "request_id", "groups": ["g"], "partitions": partitions, "retention_h": 1.0, **given}
    declared = {name: {"name": name, **fields} for name in names}
    return Topics.model_validate(topics().model_dump() | {"topics": declared})


async def create_topics(settings: KafkaSettings, names: Iterable[str], *, partitions: int = PARTITIONS) -> None:
    await provision_topics(settings, declaration(names, partitions=partitions), partitions=partitions)


async def until(reached: Callable[[], bool]) -> None:
    """Returns when it is so; looks again and again, for what tells nobody when it changes."""
    async with asyncio.timeout(60):
        while True:
            if reached():
                return
            await asyncio.sleep(0.02)


class EagerBus(KafkaBus):
    """Makes a topic when it is first used, as the embedded bus does."""

    def __init__(self, clients: KafkaClients, clock: Clock) -> None:
        super().__init__(clients, clock)
        self._made: set[str] = set()

    @property
    def settings(self) -> KafkaSettings:
        return self._clients.settings

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._create(message.topic for message in messages)
        await super().publish(messages)

    async def consumer(
        self, topics: Sequence[str], *, group: str, member: str, listener: AssignmentListener
    ) -> KafkaConsumer:
        await self._create(topics)
        return await super().consumer(topics, group=group, member=member, listener=listener)

    async def _create(self, names: Iterable[str]) -> None:
        if new := set(names) - self._made:
            await create_topics(self.settings, new)
            self._made |= new


@asynccontextmanager
async def eager_bus(settings: KafkaSettings) -> AsyncIterator[EagerBus]:
    bus = await EagerBus.open(settings)
    try:
        yield bus
    finally:
        await bus.close()
