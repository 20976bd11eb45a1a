"""Paint: colours mixed without mud, gradients, glows, discs and points. Images are float32 BGR, 0..255, unless said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .palettes import Colour

Array = NDArray[Any]
Frame = NDArray[np.uint8]

DESIGN_WIDTH, DESIGN_HEIGHT = 720, 1280  # the picture in which the looks' numbers are thought


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's size in pixels. A length in design units times `unit` is a length in pixels, in any aspect."""

    width: int
    height: int

    @property
    def unit(self) -> float:
        """Pixels per design unit: 1 at 720x1280 and at 1280x720."""
        return math.sqrt(self.width * self.height / (DESIGN_WIDTH * DESIGN_HEIGHT))


def grid(width: int, height: int) -> tuple[Array, Array]:
    """Two float32 arrays (height, width): the x and the y of every pixel."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


def mix(a: Array, b: Array, k: Array | float) -> Colour:
    """`a` and `b` blended in squared values, nearer to light than to display values: no muddy middles."""
    blended: Colour = np.sqrt(np.maximum(a * a * (1 - k) + b * b * k, 0)).astype(np.float32)
    return blended


def smooth(low: float, high: float, x: Array) -> Array:
    """The smoothstep of `x` from 0 at `low` to 1 at `high` (which may be the smaller of the two)."""
    k = np.clip((x - low) * (1.0 / (high - low)), 0, 1)
    eased: Array = k * k * (3 - 2 * k)
    return eased


def ease(low: float, high: float, x: float) -> float:
    """`smooth` for one number."""
    k = min(max((x - low) / (high - low), 0.0), 1.0)
    return k * k * (3 - 2 * k)


def ramp(count: int, stops: Sequence[tuple[float, Colour]]) -> Array:
    """A gradient (count, 3) through `stops`: positions 0..1 with their colours."""
    positions = [position for position, _ in stops]
    squares = np.array([value for _, value in stops]) ** 2
    x = np.linspace(0, 1, count)
    channels = [np.interp(x, positions, squares[:, channel]) for channel in range(3)]
    return np.asarray(np.sqrt(np.stack(channels, -1)), np.float32)


def vertical(width: int, height: int, stops: Sequence[tuple[float, Colour]]) -> Array:
    """An image filled with a gradient from top to bottom."""
    return np.repeat(ramp(height, stops)[:, None], width, axis=1)


def screen(image: Array, light: Array) -> Array:
    """`light` shone on `image`: brightens without clipping."""
    lit: Array = 255 - (255 - image) * (255 - light) * (1 / 255)
    return lit


def glow(width: int, height: int, x: float, y: float, radius: float) -> Array:
    """A soft round falloff (height, width), 1 at its centre, with a long tail."""
    xs = (np.arange(width, dtype=np.float32) - x) / radius
    ys = (np.arange(height, dtype=np.float32) - y) / radius
    falloff: Array = 1 / (1 + (xs * xs)[None] + (ys * ys)[:, None])
    return falloff


def disc(radius: float, soft: float, rim: float = 0.0) -> Array:
    """A sprite of a defocused point of light: a disc 0..1 with soft edge and, by `rim`, a brighter ring."""
    half = int(radius + soft) + 2
    x, y = grid(2 * half + 1, 2 * half + 1)
    distance = np.hypot(x - half, y - half)
    edge = 1 - smooth(radius - soft, radius + soft, distance)
    ring = 1 - rim + rim * smooth(radius * 0.55, radius * 0.95, distance)
    return (edge * ring).astype(np.float32)


def spark(radius: float) -> Array:
    """A sprite of a small, soft point of light: peak near 1."""
    half = max(2, math.ceil(radius * 3))
    x, y = grid(2 * half + 1, 2 * half + 1)
    squared = (x - half) ** 2 + (y - half) ** 2
    return np.asarray(np.exp(-squared / (2 * max(radius, 0.45) ** 2)), np.float32)


def add_sprite(image: Array, sprite: Array, x: float, y: float, tint: Array) -> None:
    """Screen `sprite` in `tint` onto float32 or uint8 `image`, centred at the sub-pixel (x, y)."""
    left, top = math.floor(x), math.floor(y)
    size = sprite.shape[0]
    height, width = image.shape[:2]
    x0, y0 = max(left - size // 2, 0), max(top - size // 2, 0)
    x1, y1 = min(left - size // 2 + size, width), min(top - size // 2 + size, height)
    if x1 <= x0 or y1 <= y0:
        return
    shift = np.array([[1, 0, x - left], [0, 1, y - top]], np.float32)
    moved = cv2.warpAffine(sprite, shift, (size, size))
    ox, oy = left - size // 2, top - size // 2
    light = moved[y0 - oy : y1 - oy, x0 - ox : x1 - ox, None] * np.asarray(tint, np.float32)
    patch = image[y0:y1, x0:x1]
    if image.dtype == np.uint8:
        cv2.add(patch, cv2.multiply(light, 1 - patch / np.float32(320)), dst=patch, dtype=cv2.CV_8U)
    else:
        patch += light * (1 - np.minimum(patch, 255) / np.float32(320))


def lay(patch: Frame, light: Array, through: Array) -> None:
    """Lay a thing over the uint8 `patch`: its own `light`, and the share 0..1 that it lets `through` from behind."""
    patch[:] = cv2.convertScaleAbs(patch * through + light)


def splat(width: int, height: int, x: Array, y: Array, weight: Array) -> Array:
    """Points of light added into a float32 (height, width) image, each shared by the four pixels around it."""
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    x, y, weight = x[inside], y[inside], weight[inside]
    ix, iy = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - ix, y - iy
    first = iy * width + ix
    where = np.concatenate([first, first + 1, first + width, first + width + 1])
    share = np.concatenate([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy])
    total = np.bincount(where, np.tile(weight, 4) * share, width * height)
    return total.astype(np.float32).reshape(height, width)


def resize(image: Array, width: int, height: int) -> Array:
    """`image` resampled to (height, width): area average down, cubic up."""
    down = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if down else cv2.INTER_CUBIC)


def enlarge(image: Array, width: int, height: int) -> Array:
    """`image` resampled to (height, width) for every frame: linear up, area average down."""
    down = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if down else cv2.INTER_LINEAR)


def blur(image: Array, sigma: float) -> Array:
    """A Gaussian blur of `sigma` pixels; below a quarter of a pixel, `image` itself."""
    return image if sigma < 0.25 else cv2.GaussianBlur(image, (0, 0), sigma)


def dither(image: Array, rng: np.random.Generator) -> Frame:
    """Float values 0..255 as uint8, rounded by chance so that gradients do not band."""
    noise = rng.random(image.shape[:2], dtype=np.float32)[..., None]
    return np.clip(image + noise, 0, 255).astype(np.uint8)
