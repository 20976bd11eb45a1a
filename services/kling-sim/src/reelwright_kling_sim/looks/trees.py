"""Trunks with flared roots and crooked branches, grass, and masses of leaves, cut as stencils."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .noise import Array, at, field, line
from .paint import resize, smooth
from .stencil import Stencil

_SAMPLES = 64  # points along a trunk's outline


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk in design units: `width` wide at `x`, rooted at `ground`, through a picture `height` tall."""

    x: float
    width: float
    ground: float
    height: float


def raise_trunk(stencil: Stencil, trunk: Trunk, rng: np.random.Generator) -> None:
    """Draw the trunk, a little crooked, with flared roots, rough bark and a few branches."""
    x, width, ground, height = trunk.x, trunk.width, trunk.ground, trunk.height
    y = np.linspace(-10, height + 10, _SAMPLES * 8)
    lean = rng.normal(0, 0.024)
    crooked = at(line(rng, 512, 2.2), np.linspace(0, 70, y.size)) * width * 0.3
    centre = x + lean * (height - y) + crooked
    flare = np.exp(-(ground - np.minimum(y, ground)) / (width * 1.8))
    half = width / 2 * (0.62 + 0.38 * y / ground + 1.1 * flare)
    bark = at(line(rng, 512, 0.6, low=20), np.linspace(0, 500, y.size)) * width * 0.025
    outline = np.concatenate([np.stack([centre - half + bark, y], -1), np.stack([centre + half + bark, y], -1)[::-1]])
    stencil.polygon(outline)
    for _ in range(int(rng.integers(3, 8))):
        at_y = rng.uniform(0.02, 0.55) * height
        _branch(stencil, float(np.interp(at_y, y, centre)), at_y, width, rng)


def _branch(stencil: Stencil, x: float, y: float, trunk: float, rng: np.random.Generator) -> None:
    side = 1 if rng.random() < 0.5 else -1
    reach = trunk * rng.uniform(1.2, 4.5) / 7
    angle, thick = rng.uniform(-0.1, 0.7), trunk / 2 * rng.uniform(0.15, 0.3)
    for joint in range(7):
        nx, ny = x + side * math.cos(angle) * reach, y - math.sin(angle) * reach
        stencil.stroke([(x, y), (nx, ny)], thick * (1 - joint / 8))
        x, y = nx, ny
        if rng.random() < 0.5:
            twig = angle + (0.7 if rng.random() < 0.5 else -0.7)
            tip = (x + side * math.cos(twig) * reach * 1.4, y - math.sin(twig) * reach * 1.4)
            stencil.stroke([(x, y), tip], thick * 0.3)
        angle += rng.normal(0, 0.2)


def sow_grass(stencil: Stencil, top: Array, count: int, height: float, rng: np.random.Generator) -> None:
    """`count` blades up to `height` design units along the line `top` (y in pixels per column)."""
    place, bend = rng.random(count) * (top.size - 1), rng.normal(0, 0.5, count)
    blade = rng.uniform(0.3, 1.3, count) * height
    x, y = place / stencil.unit, top[place.astype(int)] / stencil.unit + 4
    width = 0.5 + 0.022 * height
    middle, tip = (x + bend * blade * 0.3, y - blade * 0.55), (x + bend * blade, y - blade)
    outline = [
        (x - width, y),
        (middle[0] - width * 0.7, middle[1]),
        tip,
        (middle[0] + width * 0.7, middle[1]),
        (x + width, y),
    ]
    for stem in np.stack([np.stack(point, -1) for point in outline], 1):
        stencil.polygon(stem)


def hang_leaves(width: int, height: int, reach: float, rng: np.random.Generator) -> Array:
    """Coverage 0..1 of leaf masses from the top edge down to about the share `reach` of the height."""
    side = max(width, height)
    fine = resize(field(rng, (512, 512), 1.0, low=12), side, side)[:height, :width]
    mass = resize(field(rng, (128, 128), 1.8, low=2), side, side)[:height, :width]
    down = np.arange(height, dtype=np.float32)[:, None] / height
    leaves = smooth(0.0, 0.25, fine * 0.55 + mass - (down - reach) * 9 - 0.3)
    # A lump of leaves far below the others would hang in the air.
    return (leaves * smooth(reach + 0.24, reach + 0.16, down)).astype(np.float32)
