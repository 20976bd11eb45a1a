"""Records that wait to be worked on: in order within a key, free across keys."""

import heapq
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class KeyQueues(Generic[T]):
    """Pure and synchronous; the time is passed in. A key is ready, busy (one of its items is out) or delayed."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[T]] = {}
        self._ready: deque[str] = deque()
        self._delayed: list[tuple[float, int, str]] = []
        self._delays = 0
        self._size = 0

    def __len__(self) -> int:
        """Items that wait, whatever their keys' state."""
        return self._size

    @property
    def delayed_keys(self) -> int:
        return len(self._delayed)

    def put(self, key: str, item: T) -> None:
        """Behind the others of its key."""
        if key not in self._waiting:
            self._waiting[key] = deque()
            self._ready.append(key)
        self._waiting[key].append(item)
        self._size += 1

    def take(self, now_s: float) -> tuple[str, T] | None:
        """The first item of the key that is ready for longest; the key is busy until `release` or `delay`."""
        while self._delayed and self._delayed[0][0] <= now_s:
            self._ready.append(heapq.heappop(self._delayed)[2])
        if not self._ready:
            return None
        key = self._ready.popleft()
        self._size -= 1
        return key, self._waiting[key].popleft()

    def release(self, key: str) -> None:
        """The item that was taken is done with; the next of its key may go."""
        if self._waiting[key]:
            self._ready.append(key)
        else:
            del self._waiting[key]

    def delay(self, key: str, item: T, until_s: float) -> None:
        """The item that was taken goes back to the front of its key, which rests until then."""
        self._waiting[key].appendleft(item)
        self._size += 1
        self._delays += 1
        heapq.heappush(self._delayed, (until_s, self._delays, key))
