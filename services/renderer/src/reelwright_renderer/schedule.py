"""Who renders what: each process takes its own run of neighbours, and helps the slowest when it is done. Pure.

Neighbouring units show the same sources, which stay open in their process and are read on without a seek.
"""

from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Schedule(Generic[T]):
    """Items in order with their costs, dealt out to `lanes` as contiguous runs of about equal cost."""

    def __init__(self, items: Sequence[T], costs: Sequence[float], lanes: int) -> None:
        self._runs: list[deque[tuple[T, float]]] = [deque() for _ in range(lanes)]
        total, before = sum(costs), 0.0
        for item, cost in zip(items, costs, strict=True):
            middle = before + cost / 2
            lane = min(int(middle * lanes / total), lanes - 1) if total else 0
            self._runs[lane].append((item, cost))
            before += cost

    def take(self, lane: int) -> T | None:
        """The next item for this lane: its own, else the last of the lane with most left. None when all are taken."""
        if self._runs[lane]:
            return self._runs[lane].popleft()[0]
        richest = max(self._runs, key=lambda run: (sum(cost for _, cost in run), len(run)))
        return richest.pop()[0] if richest else None
