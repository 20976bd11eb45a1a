"""Cosmos: nebulae over dust, stars flying by, and on most seeds a planet's limb at sunrise with cities on its night."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .finish import Finish
from .layers import Backdrop, bake_backdrop
from .noise import Array, Dice, field
from .paint import Canvas, Frame, add_sprite, ease, glow, grid, mix, resize, smooth, spark
from .palettes import Palette, colour
from .scene import LookSpec
from .stars import scatter_stars

_NOISE = 512
_BAKE = 1024  # the nebula is warped at this size and enlarged; small pictures do with half
_CITY = colour("ffc27a")


@dataclass(frozen=True, slots=True)
class _Planet:
    """The limb, for the rows from `top` on: what it lets through, its surface, the air's glow; and the sun's place."""

    top: int
    through: Array
    surface: Array
    air: Array
    sun: tuple[float, float]


class Cosmos:
    """The look `cosmos`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        unit = canvas.unit
        self._pan, self._turn = dice.sign(), dice.between(0.15, 0.45) * dice.sign()
        self._deep = self._bake_sky(dice)
        rng = dice.child()
        self._flying = rng.uniform((-1, -1.7, 0.2, 0.3), (1, 1.7, 3, 1.3), (260, 4))
        self._flying[:, 0] *= max(1.0, canvas.width / canvas.height * 1.4)
        self._sparks = [spark(radius * unit) for radius in (0.8, 1.15, 1.7)]
        self._planet = self._bake_planet(dice) if dice.between(0, 1) < 0.8 else None
        size = int(520 * unit) | 1
        flare = glow(size, size, size / 2, size / 2, 17 * unit) ** 1.3
        x, y = grid(size, size)
        flare = flare * (1 - smooth(0.5, 1, np.hypot(x / size - 0.5, y / size - 0.5) * 2))
        self._flare = np.clip(flare, 0, 1).astype(np.float32)
        self._finish = Finish(canvas, bloom=0.8, threshold=110, grain=1.6, vignette=0.4)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        out = np.empty((self._canvas.height, self._canvas.width, 3), np.uint8)
        self._view_sky(out, t_s)
        self._fly(out, t_s)
        if self._planet:
            rows = out[self._planet.top :]
            light = cv2.add(cv2.multiply(rows, self._planet.through, dtype=cv2.CV_32F), self._planet.surface)
            light = cv2.scaleAdd(self._planet.air, 0.55 + 0.45 * ease(-2, 9, t_s), light)
            rows[:] = cv2.convertScaleAbs(light)
            rising = np.float32(0.25 + ease(-1, 10, t_s))
            add_sprite(out, self._flare, *self._planet.sun, self._palette.light * rising)
        return self._finish.apply(out, t_s)

    def _view_sky(self, out: Frame, t_s: float) -> None:
        width, height = self._canvas.width, self._canvas.height
        columns, rows = self._deep.size
        matrix: Array = cv2.getRotationMatrix2D((width / 2, height / 2), self._turn * t_s, 1.0 + 0.011 * t_s)
        matrix[:, 2] += matrix[:, :2] @ [-(columns - width) / 2, -(rows - height) / 2]
        matrix[0, 2] += self._pan * (t_s - 5) * 3.5 * self._canvas.unit
        self._deep.view(out, matrix)

    def _fly(self, out: Frame, t_s: float) -> None:
        width, height = self._canvas.width, self._canvas.height
        scale = 430 * self._canvas.unit
        away = (self._flying[:, 2] - t_s * 0.075 - 0.2) % 2.8 + 0.2
        px, py = self._flying[:, 0] / away * scale + width / 2, self._flying[:, 1] / away * scale + height / 2
        bright = self._flying[:, 3] / away
        light = np.minimum(1.2, bright * 0.8) * smooth(0.2, 0.5, away) * (1 - smooth(2.6, 3, away))
        light *= 0.85 + 0.15 * np.sin(t_s * 3 + self._flying[:, 0] * 99)
        seen = (px > -9) & (px < width + 9) & (py > -9) & (py < height + 9) & (light > 0.02)
        for x, y, size, gain in zip(px[seen], py[seen], bright[seen] * 1.4, light[seen], strict=True):
            add_sprite(out, self._sparks[min(2, int(size))], float(x), float(y), self._palette.light * np.float32(gain))

    def _bake_sky(self, dice: Dice) -> Backdrop:
        canvas, p = self._canvas, self._palette
        width, height = int(canvas.width * 1.3), int(canvas.height * 1.25)
        side = max(width, height)
        nebula = resize(self._nebula(dice, _BAKE if side > _BAKE // 2 else _BAKE // 2), side, side)
        nebula = nebula[(side - height) // 2 :, (side - width) // 2 :][:height, :width]
        nebula = nebula + mix(p.dark, p.zenith, 0.35) * 0.75
        stars = scatter_stars(
            width, height, dice.child(), count=int(5200 * canvas.width / canvas.height / 0.5625), faint=14,
            tint=p.light, unit=canvas.unit,
        )  # fmt: skip
        return bake_backdrop(nebula + stars, dice.child())

    def _nebula(self, dice: Dice, size: int) -> Array:
        """Two clouds of gas in two colours along a slanted band, cut by dust: (size, size, 3)."""
        p = self._palette
        a, b = (field(dice.child(), (_NOISE, _NOISE), 2.2, low=1.5) for _ in range(2))
        a, b = resize(a, size, size), resize(b, size, size)
        gas = _warped(field(dice.child(), (_NOISE, _NOISE), 1.8, low=2), a * 24, b * 24, detail=0.16)
        dust = _warped(field(dice.child(), (_NOISE, _NOISE), 1.75, low=3), a * 16, b * 16, detail=0.22)
        x, y = grid(size, size)
        angle = dice.between(-0.9, 0.9)
        across = (x / size - 0.5) * (math.cos(angle) * 0.55) + (y / size - 0.45) * math.sin(angle + 1.2)
        band = np.exp(-((across / 0.22) ** 2))
        dense = smooth(-1.3, 2.3, gas + 0.6 * a) * (0.35 + 0.65 * band)
        dense = dense * (1 - 0.7 * smooth(0, 1.8, dust) * band)
        hue = smooth(-1.3, 1.3, b + 0.4 * gas)[..., None]
        tint = mix(p.mid, p.horizon, 0.45) * (1 - hue) + mix(p.accent, p.mid, 0.35) * hue
        core = (np.maximum(dense - 0.5, 0) ** 2 * 0.9)[..., None]
        image: Array = tint * (dense**1.6)[..., None] + p.light * core
        return image

    def _bake_planet(self, dice: Dice) -> _Planet:
        canvas, p, unit = self._canvas, self._palette, self._canvas.unit
        radius = 720 * unit * dice.between(1.15, 1.8)
        cx = canvas.width / 2 + dice.between(-0.33, 0.33) * 720 * unit
        cy = canvas.height * dice.between(0.80, 0.87) + radius
        sunrise = dice.between(-0.26, 0.26)
        top = int(max(0.0, cy - radius - 330 * unit))
        x, y = grid(canvas.width, canvas.height - top)
        y += top
        height = np.hypot(x - cx, y - cy) - radius
        around = np.arctan2(x - cx, cy - y)
        lit = np.exp(-(((around - sunrise) / 0.38) ** 2))
        cover = np.clip(0.5 - height, 0, 1)[..., None]
        surface = self._surface(around, height, radius, lit, dice) * cover
        above, below = np.maximum(height, 0) / unit, np.minimum(height, 0) / unit
        rim = np.where(height > 0, np.exp(-above / 17), np.exp(below / 9)) * (0.10 + 0.9 * lit)
        veil = np.where(height > 0, np.exp(-above / 70), np.exp(below / 26)) * lit * 0.45
        air = rim[..., None] * mix(p.horizon, p.light, 0.4) + veil[..., None] * mix(p.horizon, p.accent, 0.4)
        sun = (cx + radius * math.sin(sunrise), cy - radius * math.cos(sunrise))
        through = np.repeat(1 - cover, 3, axis=2)
        return _Planet(top, through.astype(np.float32), surface.astype(np.float32), air.astype(np.float32), sun)

    def _surface(self, around: Array, height: Array, radius: float, lit: Array, dice: Dice) -> Array:
        """Clouds in the first sunlight, and clusters of city lights on the night beyond."""
        p = self._palette
        inward = np.arccos(np.clip(1 + height / radius, -1, 1)).astype(np.float32)  # 0 at the limb, bending away there
        u, v = around * 620 + 256, inward * 620
        clouds = smooth(-0.8, 1.8, _read(field(dice.child(), (512, 512), 1.6, low=4, stretch=0.6), u, v))
        near_day = (np.exp(np.minimum(height, 0) / (46 * self._canvas.unit)) * lit)[..., None]
        day = mix(p.zenith, p.mid, 0.6) * (0.25 + 0.75 * clouds[..., None]) * near_day * 0.7
        land = smooth(0.1, 1.3, _read(field(dice.child(), (256, 256), 1.5, low=2), u * 0.7, v * 0.7))
        towns = smooth(1.2, 3.0, _read(field(dice.child(), (512, 512), 0.8, low=24), u, v))
        night = (land * towns * (1 - 0.6 * clouds) * smooth(0.0, 0.12, inward))[..., None] * _CITY * 0.75
        return np.asarray(p.dark * 0.35 + day + night * (1 - near_day), np.float32)


def _warped(noise: Array, a: Array, b: Array, *, detail: float) -> Array:
    """`noise` bent by `a` and `b`, in its own samples, with a finer copy of itself; as large as they are."""
    x, y = grid(a.shape[1], a.shape[0])
    k = _NOISE / a.shape[0]
    u, v = x * k + b, y * k + a
    return _read(noise, u, v) + detail * _read(noise, u * 3.0, v * 3.0)


def _read(noise: Array, u: Array, v: Array) -> Array:
    u, v = np.asarray(u, np.float32), np.asarray(v, np.float32)
    return cv2.remap(noise, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


SPEC = LookSpec(
    "cosmos",
    "Nebulae and flying stars, often above a planet at sunrise.",
    ("night", "dusk", "neon", "aurora", "ember", "teal"),
    Cosmos,
)
