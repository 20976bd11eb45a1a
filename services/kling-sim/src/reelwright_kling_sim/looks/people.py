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
        following = group.heights[index + 1] if index + 1 < len(group.heights) else 0.0
        x += 0.2 * (height + following)


@dataclass(frozen=True, slots=True)
class _Figure:
    """One person in units of his own height: (0, 0) between the feet, y upwards."""

    stencil: Stencil
    x: float
    ground: float
    height: float
    skirt: bool

    def draw(self, *, holds_left: bool, holds_right: bool) -> None:
        self._head()
        self._torso()
        self._skirt() if self.skirt else self._legs()
        for sign, holds in ((-1, holds_left), (1, holds_right)):
            shoulder = 0.082 if self.skirt else 0.098
            bend = (0.150, 0.64) if holds else (0.124, 0.63)
            hand = (0.205, 0.48) if holds else (0.118, 0.465)
            self._limb([(shoulder * sign, 0.785), (bend[0] * sign, bend[1]), (hand[0] * sign, hand[1])], 0.046)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.height, self.ground - y * self.height

    def _shape(self, *half: tuple[float, float]) -> None:
        """Fill the outline whose right half runs from top to bottom through `half`."""
        left = [(-x, y) for x, y in reversed(half)]
        self.stencil.polygon([self._place(*point) for point in (*half, *left)])

    def _limb(self, points: list[tuple[float, float]], width: float) -> None:
        self.stencil.stroke([self._place(*point) for point in points], width * self.height)
        for point in points:
            x, y = self._place(*point)
            self.stencil.ellipse(x, y, width * self.height / 2, width * self.height / 2)

    def _head(self) -> None:
        x, y = self._place(0, 0.932)
        self.stencil.ellipse(x, y, 0.050 * self.height, 0.066 * self.height)
        self._shape((0.028, 0.90), (0.034, 0.82))
        if self.skirt:  # long hair
            self._shape((0.050, 0.95), (0.062, 0.86), (0.056, 0.79), (0.0, 0.775))

    def _torso(self) -> None:
        if self.skirt:
            self._shape((0.03, 0.845), (0.075, 0.825), (0.098, 0.79), (0.088, 0.70), (0.062, 0.60), (0.085, 0.48))
        else:
            self._shape((0.03, 0.85), (0.08, 0.828), (0.115, 0.79), (0.108, 0.70), (0.092, 0.58), (0.098, 0.45))

    def _legs(self) -> None:
        for sign in (-1, 1):
            self._limb([(0.048 * sign, 0.46), (0.054 * sign, 0.25), (0.058 * sign, 0.03)], 0.070)
            self._limb([(0.058 * sign, 0.018), (0.072 * sign, 0.012)], 0.034)
        self._shape((0.090, 0.48), (0.086, 0.36), (0.0, 0.36))

    def _skirt(self) -> None:
        self._shape((0.066, 0.53), (0.10, 0.40), (0.128, 0.22))
        for sign in (-1, 1):
            self._limb([(0.040 * sign, 0.26), (0.042 * sign, 0.02)], 0.040)
