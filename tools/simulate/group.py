"""A consumer group on a topic: records wait in partitions, each pod works on those of its own. Pure; no clock."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Record:
    """A request on its way. `work_s` is what is left of it."""

    project: int
    work_s: float
    born_s: float
    partition: int = 0
    is_done: bool = False


@dataclass(slots=True, eq=False)
class Pod:
    """A ready consumer, and what it has in hand."""

    born_s: float
    running: set[Record] = field(default_factory=set)


class Group:
    """Offsets are committed as far as everything before is done, so a record that is done early still counts as lag."""

    def __init__(self, partitions: int) -> None:
        self._unfinished: list[deque[Record]] = [deque() for _ in range(partitions)]
        self._waiting: list[deque[Record]] = [deque() for _ in range(partitions)]
        self.pods: list[Pod] = []

    def append(self, record: Record) -> Pod | None:
        """Into its partition; returns the pod that has it."""
        self._unfinished[record.partition].append(record)
        self._waiting[record.partition].append(record)
        return self.pods[record.partition % len(self.pods)] if self.pods else None

    def take(self, pod: Pod, concurrency: int) -> Iterator[Record]:
        """The oldest records of the pod's partitions, as far as it has hands for them."""
        place, pods = self.pods.index(pod), len(self.pods)
        mine = self._waiting[place::pods]
        while len(pod.running) < concurrency:
            queue = min((queue for queue in mine if queue), key=lambda queue: queue[0].born_s, default=None)
            if queue is None:
                return
            record = queue.popleft()
            pod.running.add(record)
            yield record

    def give_back(self, pod: Pod, record: Record) -> None:
        """Unfinished, to whoever has its partition next."""
        pod.running.discard(record)
        self._waiting[record.partition].appendleft(record)

    def finish(self, pod: Pod, record: Record) -> None:
        pod.running.discard(record)
        record.is_done = True
        queue = self._unfinished[record.partition]
        while queue and queue[0].is_done:
            queue.popleft()

    def lags(self) -> list[int]:
        return [len(queue) for queue in self._unfinished]
