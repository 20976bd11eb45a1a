"""Topics on the broker: made where they are missing, widened where they are too narrow, and never shrunk."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from reelwright_chassis.bus.kafka_admin import admin_client
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_records import Names
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.findings import Change
from reelwright_chassis.topics import Topic, Topics

_RETENTION = "retention.ms"
_SET_ON_THE_TOPIC = 1
"""What `config_source` is for a value that belongs to the topic itself, and not to the broker."""
_FOR_EVER = -1


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as the broker has it. `own` are the settings that belong to it alone."""

    partitions: int
    retention_ms: int
    own: Mapping[str, str]


async def provision_topics(
    settings: KafkaSettings,
    topics: Topics,
    *,
    dry_run: bool = False,
    replication_factor: int | None = None,
    partitions: int | None = None,
) -> list[Change]:
    """Have every declared topic on the broker with at least its partitions and retention; says what changed.

    `replication_factor` and `partitions`, for all topics, go before the settings' and the declaration's. Raises
    `SettingsError`, `Unavailable`.
    """
    replicas = replication_factor or settings.replication_factor or -1
    async with admin_client(KafkaClients(settings)) as admin:
        names = Names(settings.topic_prefix)
        wanted = {names.outside(topic.name): topic for topic in topics.all()}
        if partitions is not None:
            wanted = {name: topic.model_copy(update={"partitions": partitions}) for name, topic in wanted.items()}
        found = await find_topics(admin, wanted)
        provisioning = _Provisioning(admin, found, dry_run=dry_run, replicas=replicas)
        for name, topic in wanted.items():
            await provisioning.have(name, topic)
        if provisioning.changes and not dry_run:
            await _until_there(admin, wanted, settings)
    return provisioning.changes


async def _until_there(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic], settings: KafkaSettings) -> None:
    """A broker hears of a change a little after the controller has made it, and services start right after this."""
    async with asyncio.timeout(settings.request_timeout_s):
        while True:
            found = await find_topics(admin, wanted)
            if all(name in found and not _lacks(found[name], topic) for name, topic in wanted.items()):
                return
            await asyncio.sleep(settings.retry_backoff_s)


async def find_topics(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, Found]:
    """Those of the names that the broker has."""
    described = {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}
    there = [name for name in names if name in described]
    if not there:
        return {}
    found = {}
    for answer in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in there]):
        for code, message, _, name, entries in answer.resources:
            if for_code(code) is UnknownTopicOrPartitionError:
                continue  # new, and this broker has not heard of it
            if code:
                raise for_code(code)(message)
            values = {key: (value, source) for key, value, _, source, *_ in entries}
            own = {key: value for key, (value, source) in values.items() if source == _SET_ON_THE_TOPIC}
            found[name] = Found(described[name], int(values[_RETENTION][0]), own)
    return found


def _is_narrow(found: Found, topic: Topic) -> bool:
    return found.partitions < topic.partitions


def _is_short(found: Found, topic: Topic) -> bool:
    return _FOR_EVER < found.retention_ms < _ms(topic)


def _lacks(found: Found, topic: Topic) -> bool:
    return _is_narrow(found, topic) or _is_short(found, topic)


class _Provisioning:
    def __init__(self, admin: AIOKafkaAdminClient, found: Mapping[str, Found], *, dry_run: bool, replicas: int) -> None:
        self._admin = admin
        self._found = found
        self._dry_run = dry_run
        self._replicas = replicas
        self.changes: list[Change] = []

    async def have(self, name: str, topic: Topic) -> None:
        found = self._found.get(name)
        if found is None:
            await self._create(name, topic)
            return
        if _is_narrow(found, topic):
            await self._widen(name, topic, found)
        if _is_short(found, topic):
            await self._keep_longer(name, topic, found)

    async def _create(self, name: str, topic: Topic) -> None:
        config = {_RETENTION: str(_ms(topic))}
        if self._replicas >= 3:
            config["min.insync.replicas"] = str(self._replicas - 1)
        # With a replication factor of -1, the broker's default, aiokafka wants an (empty) list of assignments.
        assignments: dict[int, list[int]] | None = {} if self._replicas == -1 else None
        new = NewTopic(name, topic.partitions, self._replicas, assignments, config)
        if self._dry_run or await self._is_new(new):
            self._note(name, f"created with {topic.partitions} partitions, kept {topic.retention_h:g} h")

    async def _is_new(self, topic: NewTopic) -> bool:
        """Create it; False when somebody else, who provisions too, was faster."""
        for _, code, message in (await self._admin.create_topics([topic])).topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(f"{topic.name}: {message}")
            return not code
        return False

    async def _widen(self, name: str, topic: Topic, found: Found) -> None:
        if not self._dry_run:
            await self._admin.create_partitions({name: NewPartitions(topic.partitions)})
        self._note(name, f"widened from {found.partitions} to {topic.partitions} partitions")

    async def _keep_longer(self, name: str, topic: Topic, found: Found) -> None:
        """This call of Kafka's replaces all that belongs to the topic, so the rest goes along."""
        if not self._dry_run:
            own = {**found.own, _RETENTION: str(_ms(topic))}
            for answer in await self._admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, own)]):
                _check(answer.resources)
        was_h = found.retention_ms / 3_600_000
        self._note(name, f"kept {topic.retention_h:g} h instead of {was_h:g} h")

    def _note(self, name: str, what: str) -> None:
        self.changes.append(Change("topic", name, what))


def _check(resources: Iterable[tuple[Any, ...]]) -> None:
    for code, message, *_ in resources:
        if code:
            raise for_code(code)(message)


def _ms(topic: Topic) -> int:
    return round(topic.retention_s * 1000)
