"""One open stream's queue: bounded, so that who does not read costs a known amount of memory and delays nobody."""

import asyncio
from collections import deque
from dataclasses import dataclass

MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class Event:
    """One event, encoded once for everybody who gets it. `version` 0: it belongs to none (progress)."""

    project_id: str
    version: int
    data: bytes
    last: bool = False
    """The project is gone: nothing comes after this."""


class Listener:
    """Filled by the hub, emptied by one stream."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()
        self._lost = False
        self.closed = False

    def offer(self, event: Event) -> bool:
        """Queue it; False when there was no room: everything that waited is dropped, and the stream begins anew."""
        if self._lost:
            return False
        if len(self._waiting) >= MAX_WAITING:
            self.lose()
            return False
        self._waiting.append(event)
        self._news.set()
        return True

    def lose(self) -> None:
        """Something may have been missed: have the stream begin anew."""
        self._waiting.clear()
        self._lost = True
        self._news.set()

    def close(self) -> None:
        self.closed = True
        self._news.set()

    def take_lost(self) -> bool:
        """Whether something was missed since it was asked last."""
        lost, self._lost = self._lost, False
        return lost

    async def next(self, timeout_s: float) -> Event | None:
        """The next event; None when it is closed, something was lost, or none came in time."""
        deadline_s = asyncio.get_running_loop().time() + timeout_s
        while not self._waiting:
            left_s = deadline_s - asyncio.get_running_loop().time()
            if self.closed or self._lost or left_s <= 0:
                return None
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left_s)
            except TimeoutError:
                return None
        return self._waiting.popleft()
