"""A daylight sky: gradient, clouds that flatten towards the horizon and catch the light, the sun's glow and disc."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .noise import Dice, field
from .paint import Array, add_sprite, disc, glow, grid, mix, ramp, screen, smooth
from .palettes import Palette


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun stands in the sky's pixels, and the radius of its disc in design units."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Sky:
    """A sky `width` x `height` pixels, with the horizon's row in pixels (clouds end there), how cloudy it is (0..1),
    and the canvas's unit."""

    width: int
    height: int
    horizon: float
    sun: Sun
    cover: float
    unit: float


def paint_sky(sky: Sky, palette: Palette, dice: Dice) -> Array:
    """The sky as a float32 image."""
    p, sun = palette, sky.sun
    image = _gradient(sky, p)
    halo = glow(sky.width, sky.height, sun.x, sun.y, 79 * sky.unit)[..., None]
    cloud, lit = _clouds(sky, dice)
    shade = np.clip(lit * 0.75 + halo * 0.8 - 0.1, 0, 1)
    tint = mix(mix(p.zenith, p.mid, 0.6), mix(p.horizon, p.light, 0.5), shade)
    image = image * (1 - cloud) + tint * cloud
    image = screen(image, p.light * np.clip(halo * 0.72, 0, 1)).astype(np.float32)
    add_sprite(image, disc(sun.radius * sky.unit, 1.5 * sky.unit), sun.x, sun.y, p.light * 1.2)
    return image


def _gradient(sky: Sky, p: Palette) -> Array:
    stops = [(0.0, p.zenith), (0.5, p.mid), (0.92, p.horizon), (1.0, mix(p.horizon, p.light, 0.25))]
    colours = ramp(1024, stops)
    y = np.clip(np.arange(sky.height) / sky.horizon, 0, 1)
    return np.repeat(colours[(y * 1023).astype(int)][:, None], sky.width, axis=1)


def _clouds(sky: Sky, dice: Dice) -> tuple[Array, Array]:
    """How much cloud covers each pixel, and how lit it is, both (height, width, 1)."""
    noise = field(dice.child(), (512, 512), 1.75, low=2, stretch=3.0)
    x, y = grid(sky.width, sky.height)
    depth = np.maximum(sky.horizon * 1.04 - y, 2) / np.float32(sky.horizon)
    across = (x - sky.width / 2) * np.float32(0.42 / sky.unit) / (depth + np.float32(0.3))
    away = 120 / (depth + np.float32(0.22))

    def sample(scale: float, offset: float) -> Array:
        u, v = across * np.float32(scale) + (256 + offset), away * np.float32(scale) + offset
        return cv2.remap(noise, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)

    fine = sample(3.1, 0) * 0.22
    value = sample(1, 0) + fine
    lit = np.clip((value - sample(1, 5) - fine * 0.4) * 0.5 + 0.5, 0, 1)
    thin, thick = 0.9 - 1.6 * sky.cover, 2.2 - 1.6 * sky.cover
    mass = smooth(thin, thick, value) * smooth(0, 0.25, depth) * 0.75
    return mass[..., None], lit[..., None]
