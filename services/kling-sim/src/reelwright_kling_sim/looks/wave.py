"""Wave: a sea of luminous points in perspective with depth of field, motes adrift above it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .finish import Finish
from .noise import Array, Dice, field
from .paint import Canvas, Frame, add_sprite, blur, disc, dither, ease, glow, mix, resize, smooth, splat, vertical
from .palettes import Palette
from .scene import LookSpec

_ROWS, _COLUMNS = 130, 120  # points away from and across the camera, the latter per 720 design units of width
_NEAR, _FAR = 1.2, 13.0
_STEP = (_FAR - _NEAR) / (_ROWS - 1)
_SPEED = 0.42  # distance units a second towards the camera
_FOCUS = 3.6  # the distance that is sharp
_FOCAL = 756.0  # design units
_HORIZON = 0.45
# Where points of growing blur are drawn: share of the frame's size, blur there in design units, gain.
_BUFFERS = ((1.0, 0.0, 2.2), (0.5, 1.5, 3.0), (0.5, 2.4, 3.4), (0.25, 4.5, 2.6), (0.125, 8.5, 1.7))
_BUFFER_BLURS = (0.5, 1.5, 3.0, 5.5, 9.0)  # the circle of confusion, design units, that each buffer stands for
_MOTE_RADII = (3, 6, 10, 16, 24)


@dataclass(frozen=True, slots=True)
class _Points:
    """Points on the screen: position in pixels, brightness, blur as a fractional index into the buffers."""

    x: Array
    y: Array
    light: Array
    crest: Array
    level: Array


class Wave:
    """The look `wave`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas = canvas
        dice = Dice(seed)
        wide = max(1.0, canvas.width / canvas.unit / 720)
        self._z, self._x = np.meshgrid(
            np.linspace(_NEAR, _FAR, _ROWS, dtype=np.float32),
            np.linspace(-wide, wide, int(_COLUMNS * wide), dtype=np.float32),
        )
        self._phase = [dice.between(0, 6.28) for _ in range(4)]
        self._k = [dice.between(0.8, 1.2) for _ in range(5)]
        self._tilt, self._yaw = dice.between(-0.10, 0.10), dice.between(-0.25, 0.25)
        self._motes = [
            (dice.between(-3 * wide, 3 * wide), dice.between(-1.2, 4.2), dice.between(0.8, 9), dice.between(0, 6.28))
            for _ in range(70)
        ]
        unit = canvas.unit
        self._sprites = [disc(r * unit, max(1.2, r * 0.25) * unit, 0.35) for r in _MOTE_RADII]
        self._glint = mix(palette.horizon, palette.light, 0.35)
        trough = mix(palette.accent, palette.mid, 0.25)
        self._colours = (np.stack([trough, self._glint - trough], 1) / 255).astype(np.float32)
        self._back = self._paint_back(palette, dice)
        self._finish = Finish(canvas, bloom=1.0, threshold=30, vignette=0.45)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        out = self._back.copy()
        points = self._project(t_s)
        for index in range(len(_BUFFERS)):
            self._splat(out, points, index)
        self._float_motes(out, t_s)
        return self._finish.apply(out, t_s)

    def _paint_back(self, p: Palette, dice: Dice) -> Frame:
        width, height, unit = self._canvas.width, self._canvas.height, self._canvas.unit
        stops = [
            (0.0, p.dark),
            (0.38, mix(p.dark, p.zenith, 0.9)),
            (_HORIZON + 0.06, mix(p.zenith, p.mid, 0.45)),
            (0.75, p.zenith * 0.6),
            (1.0, p.dark),
        ]
        back = vertical(width, height, stops)
        x = width / 2 + dice.between(-0.28, 0.28) * 720 * unit
        for y, radius, gain, tint in (
            (_HORIZON, 115, 0.5, mix(p.mid, p.horizon, 0.4)),
            (_HORIZON - 0.02, 300, 0.22, mix(p.accent, p.mid, 0.5)),
        ):
            back += glow(width, height, x, height * y, radius * unit)[..., None] * tint * gain
        haze = resize(field(dice.child(), (64, 64), 1.9, low=1), width, height)
        fade = np.exp(-(((np.arange(height) / height - _HORIZON + 0.1) / 0.22) ** 2)).astype(np.float32)
        back += (np.clip(haze * 0.5 + 0.3, 0, 1.5) * fade[:, None])[..., None] * mix(p.mid, p.accent, 0.3) * 0.16
        return dither(back, dice.child())

    def _project(self, t_s: float) -> _Points:
        """The points as seen now. Rows wrap in depth while the waves stay with the world, so no point ever hops."""
        travelled = np.float32(_SPEED * t_s)
        z = self._z - np.float32((_SPEED * t_s) % _STEP)
        x = self._x * (np.float32(1.3) + z * np.float32(0.62))
        y = self._waves(x + np.float32(self._yaw) * z, z + travelled, t_s)
        unit, focal = self._canvas.unit, _FOCAL * self._canvas.unit
        sway = 0.25 * math.sin(t_s * 0.13 + self._phase[3])
        sx = (x + sway) / z * focal + self._canvas.width / 2
        sy = (1.25 - y) / z * focal + self._canvas.height * _HORIZON + (sx - self._canvas.width / 2) * self._tilt
        confusion = np.abs(1 / z - 1 / _FOCUS) * 17
        level = np.interp(confusion, _BUFFER_BLURS, np.arange(5.0)).astype(np.float32)
        high = np.clip(0.5 + y * 1.15, 0.05, 1.3)
        light = smooth(1.2, 1.9, z) * (1 - smooth(8.5, 12.6, z)) * high * np.float32(255 * unit * unit)
        return _Points(sx, sy, light, np.clip((high - 0.15) * 0.85, 0, 1), level)

    def _waves(self, q: Array, z: Array, t_s: float) -> Array:
        k, phase = self._k, self._phase
        long = 0.34 * np.sin(q * (0.9 * k[0]) + z * (0.55 * k[1]) + (phase[0] + t_s * 0.5))
        cross = 0.24 * np.sin(q * (-0.7 * k[2]) + z * (1.1 * k[3]) + (phase[1] - t_s * 0.37))
        short: Array = 0.12 * np.sin(q * (2.3 * k[4]) + z * 1.7 + (phase[2] + t_s * 0.6))
        return long + cross + short

    def _splat(self, out: Frame, points: _Points, index: int) -> None:
        """Add one blur level's points, on the rows where there are any. A point is shared by two neighbouring levels,
        so that none pops from one to the next."""
        share = 1 - np.abs(points.level - np.float32(index))
        chosen = share > 0
        if not chosen.any():
            return
        scale, radius, gain = _BUFFERS[index]
        unit, y = self._canvas.unit, points.y[chosen]
        reach = 3 * radius * unit + 2
        top = int(max(0.0, float(y.min()) - reach)) // 8 * 8
        height = min(self._canvas.height, int(float(y.max()) + reach) + 8) - top
        width, rows = max(2, int(self._canvas.width * scale)), max(2, int(height * scale))
        if height < 8:
            return
        x, y = points.x[chosen] * np.float32(scale), (y - top) * np.float32(scale)
        light = (points.light * share)[chosen] * np.float32(gain)
        image = cv2.merge([splat(width, rows, x, y, light), splat(width, rows, x, y, light * points.crest[chosen])])
        sigma = radius * unit * scale * 0.62 if radius else max(0.0, 0.45 * (unit - 1))
        layer = cv2.convertScaleAbs(cv2.transform(blur(image, sigma), self._colours))
        target = out[top : top + height]
        cv2.add(target, layer if scale == 1 else cv2.resize(layer, (self._canvas.width, height)), dst=target)

    def _float_motes(self, out: Frame, t_s: float) -> None:
        width, height = self._canvas.width, self._canvas.height
        focal = _FOCAL * self._canvas.unit
        for x, y, z, phase in self._motes:
            away = (z - t_s * 0.16 - 0.5) % 8.5 + 0.5
            defocus = min(abs(1 / away - 1 / _FOCUS) * 8, 3.99)
            twinkle = 0.5 + 0.5 * math.sin(t_s * 0.8 + phase)
            light = ease(0.5, 1.1, away) * (1 - ease(7.5, 9, away)) * twinkle * 0.36
            px = (x + 0.1 * math.sin(t_s * 0.3 + phase)) / away * focal + width / 2
            py = (0.4 - 0.6 * y + 0.06 * math.sin(t_s * 0.4 + phase)) / away * focal + height * _HORIZON
            level = int(defocus)
            for sprite, part in ((level, 1 - defocus % 1), (level + 1, defocus % 1)):
                if light * part > 0.012:
                    add_sprite(out, self._sprites[sprite], px, py, self._glint * np.float32(light * part))


SPEC = LookSpec(
    "wave",
    "Luminous points rolling like a sea of data, focused in the middle distance.",
    ("neon", "night", "teal", "aurora", "ember"),
    Wave,
)
