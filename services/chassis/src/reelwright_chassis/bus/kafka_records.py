"""Between our messages and records, and Kafka's."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition as KafkaPartition

from reelwright_chassis.bus.port import Record, TopicPartition

# A key of somebody else's need not be UTF-8: this way it is the same bytes again when it is published anew.
_KEYS = ("utf-8", "surrogateescape")


class Names:
    """Topics and groups have a deployment's prefix on the broker, and none in here."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def outside(self, name: str) -> str:
        return self._prefix + name

    def inside(self, name: str) -> str:
        return name.removeprefix(self._prefix)

    def partition(self, at: TopicPartition) -> KafkaPartition:
        return KafkaPartition(self.outside(at.topic), at.partition)

    def at(self, partition: KafkaPartition) -> TopicPartition:
        return TopicPartition(self.inside(partition.topic), partition.partition)


def key_bytes(key: str) -> bytes:
    return key.encode(*_KEYS)


def header_pairs(headers: Mapping[str, bytes]) -> Sequence[tuple[str, bytes]]:
    return list(headers.items())


def record_of(at: TopicPartition, message: Any) -> Record:
    """A record without a key, value or header's value (other producers may leave them out) has an empty one."""
    return Record(
        at.topic,
        at.partition,
        message.offset,
        (message.key or b"").decode(*_KEYS),
        message.value or b"",
        {name: value or b"" for name, value in message.headers},
        message.timestamp / 1000,
    )
