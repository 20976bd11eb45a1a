"""The port to topics: publish with an acknowledgement, consume in groups by explicit offsets, follow without one."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class TopicPartition(NamedTuple):
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Message:
    """What is published. `topic` is without the deployment's prefix; headers are UTF-8 bytes (CloudEvents, trace)."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A message as it lies in the log. `timestamp_s` is Unix time."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, bytes]
    timestamp_s: float

    @property
    def at(self) -> TopicPartition:
        return TopicPartition(self.topic, self.partition)


class AssignmentListener(Protocol):
    """Told of a consumer's partitions; neither call may block on the consumer itself.

    A rebalance revokes everything and assigns anew: pauses are forgotten, delivery goes on at the committed offsets.
    What a listener raises is logged.
    """

    async def assigned(self, partitions: Collection[TopicPartition]) -> None:
        """Before any of their records are delivered, and perhaps before `Bus.consumer` has returned."""

    async def revoked(self, partitions: Collection[TopicPartition]) -> None:
        """Before others may have them: the last moment to commit what is finished."""


class Consumer(Protocol):
    """A member of a consumer group. Delivers each record of its partitions at least once, in offset order."""

    async def poll(self, *, max_records: int, timeout_s: float) -> Sequence[Record]:
        """The next records, or none after `timeout_s`.

        Never cancelled by the caller. Returns nothing of a partition that was revoked meanwhile. Raises `Unavailable`,
        and `Stopped` once it is closed.
        """

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """The group goes on at these offsets (the next to read). Raises `Unavailable`, `Conflict` (no longer ours)."""

    async def committed(self, partition: TopicPartition) -> int | None:
        """The group's offset; None when it never committed one. Raises `Unavailable`."""

    async def position(self, partition: TopicPartition) -> int:
        """The next offset to be delivered. Raises `Conflict` (not ours), `Unavailable`."""

    def pause(self, partitions: Collection[TopicPartition]) -> None: ...

    def resume(self, partitions: Collection[TopicPartition]) -> None: ...

    async def close(self) -> None:
        """Leave the group; the listener is not told. Commits nothing by itself. Idempotent."""


class Bus(Protocol):
    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all are durably stored; the order within a key is kept.

        Raises `Unavailable`; some may be stored then: doubles are allowed. Raises ValueError for what is too large.
        """

    async def consumer(
        self, topics: Sequence[str], *, group: str, member: str, listener: AssignmentListener
    ) -> Consumer: ...

    def follow(self, topic: str) -> AsyncIterator[Record]:
        """Every record of all partitions, without a group, from the end: what comes once the first one is awaited.

        What was published just before that may come too. Ends when the bus is closed.
        """

    async def lag(self, topic: str, group: str) -> int:
        """Records that the group has not finished."""

    async def close(self) -> None: ...
