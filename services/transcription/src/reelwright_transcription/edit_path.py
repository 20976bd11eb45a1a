"""The cheapest way to turn one sequence of words into another: which of them are the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SKIP = 0.7
_REPLACE = 1.0
"""Replacing one is cheaper than skipping in both, dearer than skipping in one."""


def edit_path(left: Sequence[str], right: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Pairs of indices in order; None stands for "nothing there". Every index of both occurs once.

    O(len(left) * len(right)) bytes and time: 9 MB and 0.1 s for 3,000 words each.
    """
    ids = {word: i for i, word in enumerate({*left, *right})}
    moves = _moves(np.array([ids[w] for w in left], np.int64), np.array([ids[w] for w in right], np.int64))
    path: list[tuple[int | None, int | None]] = []
    i, j = len(left), len(right)
    while i or j:
        move = moves[i, j]
        path.append((i - 1 if move != _RIGHT else None, j - 1 if move != _LEFT else None))
        i, j = i - (move != _RIGHT), j - (move != _LEFT)
    return path[::-1]


_BOTH, _LEFT, _RIGHT = 0, 1, 2


def _moves(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The last step of the cheapest path to every (i, j): both, left only, or right only.

    A row at a time: skips in `right` are a running minimum once each cell's cost is compared without its row's slope.
    """
    slope = _SKIP * np.arange(len(right) + 1)
    cost = slope.copy()
    moves = np.full((len(left) + 1, len(right) + 1), _RIGHT, np.uint8)
    for i, word in enumerate(left, start=1):
        skipped = cost + _SKIP
        paired = np.concatenate([[np.inf], cost[:-1] + np.where(right == word, 0.0, _REPLACE)])
        stepped = np.minimum(paired, skipped)
        cost = np.minimum.accumulate(stepped - slope) + slope
        moves[i] = np.where(stepped <= cost + 1e-9, np.where(paired <= skipped, _BOTH, _LEFT), _RIGHT)
    return moves
