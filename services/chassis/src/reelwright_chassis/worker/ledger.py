"""Which offsets may be committed: of each partition the finished prefix, whatever order its records finish in."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reelwright_chassis.bus.port import TopicPartition


class Ticket(NamedTuple):
    """A delivered record's place in the ledger. The epoch is that of its partition's assignment."""

    at: TopicPartition
    offset: int
    epoch: int


@dataclass(slots=True)
class _Partition:
    epoch: int
    first: int | None = None
    next: int | None = None
    committed: int = -1
    order: list[int] = field(default_factory=list)
    """A heap of delivered offsets; the finished ones among them are dropped when they come to its top."""
    unfinished: set[int] = field(default_factory=set)
    early: set[int] = field(default_factory=set)
    """Finished by a job of an earlier epoch before they were delivered again in this one."""

    def watermark(self) -> int | None:
        """The next offset to commit: everything before it that was delivered is finished."""
        while self.order and self.order[0] not in self.unfinished:
            heapq.heappop(self.order)
        return self.order[0] if self.order else self.next


class OffsetLedger:
    """Pure and synchronous. A rebalance forgets a partition's offsets, but not which records are being worked on:

    one that is delivered again while its job still runs is adopted, so no twin of the job is started.
    """

    def __init__(self) -> None:
        self._epochs = 0
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._running: set[tuple[TopicPartition, int]] = set()

    @property
    def assigned(self) -> list[TopicPartition]:
        return list(self._partitions)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """These partitions begin a new epoch; what was known of their offsets is forgotten."""
        for at in partitions:
            self._epochs += 1
            self._partitions[at] = _Partition(self._epochs)

    def revoke(self, partitions: Iterable[TopicPartition]) -> None:
        for at in partitions:
            self._partitions.pop(at, None)

    def deliver(self, at: TopicPartition, offset: int) -> Ticket | None:
        """Take note of a delivered record; None when there is nothing to start for it.

        That is so when its partition is no longer ours, its job still runs, or has finished meanwhile.
        """
        partition = self._partitions.get(at)
        if partition is None:
            return None
        if partition.first is None:
            partition.first = partition.committed = offset
        partition.next = max(offset + 1, partition.next or 0)
        if self._is_known(partition, offset):
            return None
        partition.unfinished.add(offset)
        heapq.heappush(partition.order, offset)
        return None if (at, offset) in self._running else Ticket(at, offset, partition.epoch)

    def first_delivered(self, at: TopicPartition) -> int | None:
        """Of this epoch; None when nothing was."""
        partition = self._partitions.get(at)
        return None if partition is None else partition.first

    def begin(self, ticket: Ticket) -> bool:
        """Whether the record may be worked on now: not when its partition was revoked while it waited."""
        partition = self._partitions.get(ticket.at)
        if partition is None or partition.epoch != ticket.epoch:
            return False
        self._running.add((ticket.at, ticket.offset))
        return True

    def finish(self, ticket: Ticket) -> None:
        """The record is done with, whichever epoch its job began in."""
        self._running.discard((ticket.at, ticket.offset))
        partition = self._partitions.get(ticket.at)
        if partition is None:
            return
        if ticket.offset in partition.unfinished:
            partition.unfinished.remove(ticket.offset)
        elif partition.next is None or ticket.offset >= partition.next:
            partition.early.add(ticket.offset)

    def put_back(self, ticket: Ticket) -> Ticket | None:
        """The record is not worked on for now, and is not finished.

        Returns its ticket in the present epoch; None when it is not ours now, or will be delivered again.
        """
        self._running.discard((ticket.at, ticket.offset))
        partition = self._partitions.get(ticket.at)
        if partition is None or ticket.offset not in partition.unfinished:
            return None
        return Ticket(ticket.at, ticket.offset, partition.epoch)

    def due(self) -> dict[TopicPartition, int]:
        """What to commit: the watermarks that have moved."""
        marks = {at: partition.watermark() for at, partition in self._partitions.items()}
        return {at: mark for at, mark in marks.items() if mark is not None and mark > self._partitions[at].committed}

    def committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These were committed."""
        for at, offset in offsets.items():
            if at in self._partitions:
                self._partitions[at].committed = max(offset, self._partitions[at].committed)

    @staticmethod
    def _is_known(partition: _Partition, offset: int) -> bool:
        """Whether it waits or runs already in this epoch, or was finished by an earlier one."""
        if partition.early:
            finished = offset in partition.early
            partition.early = {early for early in partition.early if early > offset}
            if finished:
                return True
        return offset in partition.unfinished
