"""Fields of stars: many faint, few bright, each a little warmer or cooler."""

from __future__ import annotations

import numpy as np

from .paint import Array, blur, splat
from .palettes import Colour, colour

_WARM = colour("ffe0c0")


def scatter_stars(
    width: int, height: int, rng: np.random.Generator, *, count: int, faint: float, tint: Colour, unit: float
) -> Array:
    """Light to be added to a sky: float32 (height, width, 3). `faint` is the brightness of the faintest, in levels.

    A star has the same size in design units in every picture size, and so the same light.
    """
    x, y = rng.random(count) * (width - 2), rng.random(count) * (height - 2)
    light = np.minimum(rng.pareto(1.5, count) * faint * 1.8 + faint, 260) * (2.4 * unit * unit)
    warmth = rng.random(count)
    sky = np.empty((height, width, 3), np.float32)
    warm = splat(width, height, x, y, light * warmth)
    cool = splat(width, height, x, y, light * (1 - warmth))
    sky[:] = warm[..., None] * (_WARM / 255) + cool[..., None] * (tint / 255)
    return blur(sky, 0.5 * unit)
