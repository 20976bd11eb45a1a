"""Rows of ragged conifers, standing on a line of ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import at, line
from .paint import Array
from .stencil import Stencil


@dataclass(frozen=True, slots=True)
class _Conifer:
    """One tree in design units: the middle of its foot, its height, half its width at the lowest boughs."""

    x: float
    foot: float
    height: float
    half: float


def plant_conifers(stencil: Stencil, top: Array, size: float, rng: np.random.Generator) -> None:
    """Stamp trees along `top` (y in pixels per column). `size` is their height in design units; so is the spacing, so
    that every picture size shows the same trees."""
    unit = stencil.unit
    crowd = line(rng, 2048, 1.2, low=4)
    x = rng.uniform(0, size * 0.3)
    while x * unit < top.size - 1:
        dense = float(at(crowd, x))
        height = size * rng.uniform(0.45, 1.25) * (1 + 0.22 * float(np.clip(dense, -2, 2)))
        foot = float(top[int(x * unit)]) / unit + size * 0.15
        _stamp(stencil, _Conifer(x, foot, height, height * rng.uniform(0.16, 0.23)), rng)
        x += size * rng.uniform(0.10, 0.5) * (1.3 - 0.6 * float(np.tanh(dense)))


def _stamp(stencil: Stencil, tree: _Conifer, rng: np.random.Generator) -> None:
    x, height = tree.x, tree.height
    boughs = 6 + height / 8
    for bough in range(int(boughs)):
        q = (bough + 0.6) / boughs
        y = tree.foot - height * (1 - q)
        half = tree.half * q * rng.uniform(0.7, 1.15)
        tip, droop, inner = y - height * 0.10, y + height * 0.045, y + height * 0.02
        stencil.polygon(
            [(x, tip), (x + half, droop), (x + half * 0.3, inner), (x - half * 0.3, inner), (x - half, droop)]
        )
    stencil.stroke([(x, tree.foot - height * 0.98), (x, tree.foot + 10)], height * 0.03)
