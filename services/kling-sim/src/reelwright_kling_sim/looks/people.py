"""A grassy hill with one to three people on it, seen from behind as silhouettes, holding hands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Dice
from .paint import Array
from .stencil import Stencil
from .trees import sow_grass

_HEIGHTS = (118.0, 109.0, 72.0)  # design units: a man, a woman, a child


@dataclass(frozen=True, slots=True)
class Group:
    """Who stands where: the middle of the group as a share of the hill's width, and the heights, left to right."""

    middle: float
    heights: tuple[float, ...]


def gather(dice: Dice, side: int) -> Group:
    """A group somewhat to the sun's `side`."""
    heights = tuple(height * dice.between(0.96, 1.04) for height in _HEIGHTS)
    return Group(0.5 + side * dice.between(0, 0.09), heights[: dice.count(1, 3)])


def hill_line(width: int, height: int, group: Group) -> Array:
    """The hill's top: y in pixels per column."""
    x = np.arange(width) / width
    crest = 0.83 - 0.05 * np.exp(-(((x - group.middle) / 0.42) ** 2))
    return (crest * height).astype(np.float32)


def stand_people(stencil: Stencil, top: Array, group: Group, rng: np.random.Generator) -> None:
    """Draw hill, grass and people into `stencil`."""
    stencil.below(top)
    heights, width = top / stencil.unit, top.size / stencil.unit
    sow_grass(stencil, top, 2200, 13, rng)
    x = group.middle * width - 22 * (len(group.heights) - 1)
    for index, height in enumerate(group.heights):
        column = min(max(int(x * stencil.unit), 0), top.size - 1)
        figure = _Figure(stencil, x, float(heights[column]) + 2, height, skirt=index == 1)
        figure.draw(holds_left=index > 0, holds_right=index < len(group.heights) - 1)
        x += height * 0.40


@dataclass(frozen=True, slots=True)
class _Figure:
    """One person in units of his own height: (0, 0) between the feet, y upwards."""

    stencil: Stencil
    x: float
    ground: float
    height: float
    skirt: bool

    def draw(self, *, holds_left: bool, holds_right: bool) -> None:
        shoulder = 0.095 if self.skirt else 0.112
        self.stencil.ellipse(*self._place(0, 0.925), 0.056 * self.height, 0.072 * self.height)
        if self.skirt:
            self._shape((-0.058, 0.94), (0.058, 0.94), (0.066, 0.83), (-0.066, 0.83))
        self._shape((-0.03, 0.88), (0.03, 0.88), (0.04, 0.80), (-0.04, 0.80))
        self._torso(shoulder)
        self._skirt() if self.skirt else self._legs()
        for sign, holds in ((-1, holds_left), (1, holds_right)):
            hand = 0.21 if holds else 0.15
            arm = [(sign * shoulder, 0.78), (sign * (shoulder + 0.03), 0.62), (sign * hand, 0.46)]
            self.stencil.stroke([self._place(*point) for point in arm], 0.043 * self.height)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.height, self.ground - y * self.height

    def _shape(self, *points: tuple[float, float]) -> None:
        self.stencil.polygon([self._place(*point) for point in points])

    def _torso(self, shoulder: float) -> None:
        right = [(0.045, 0.84), (shoulder, 0.80), (shoulder + 0.01, 0.72), (0.083, 0.58), (0.09, 0.46)]
        left = [(-x, y) for x, y in reversed(right)]
        self._shape(*right, *left)

    def _legs(self) -> None:
        self._shape((-0.09, 0.48), (0.005, 0.48), (0, 0.40), (-0.022, 0), (-0.085, 0))
        self._shape((-0.005, 0.48), (0.09, 0.48), (0.085, 0), (0.022, 0), (0, 0.40))

    def _skirt(self) -> None:
        self._shape((-0.07, 0.52), (0.07, 0.52), (0.135, 0.24), (-0.135, 0.24))
        self._shape((-0.06, 0.3), (-0.015, 0.3), (-0.025, 0), (-0.06, 0))
        self._shape((0.015, 0.3), (0.06, 0.3), (0.06, 0), (0.025, 0))
