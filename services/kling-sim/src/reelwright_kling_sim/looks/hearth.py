"""Hearth: a warm room out of focus, a polished table, candles on it; or filament bulbs hanging over it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .bulbs import Bulb, BulbPlace
from .candles import Candle, CandlePlace
from .finish import Finish
from .noise import Dice, field
from .paint import Canvas, Frame, add_sprite, disc, dither, glow, mix, resize, vertical
from .palettes import Colour, Palette
from .scene import LookSpec

_RADII = (9, 14, 21, 30, 44, 62)  # design units, of defocused lights from far to near
_STRING_GAIN = (1.0, 0.95, 0.8, 0.62, 0.5, 0.38)
_LOOSE_GAIN = (1.0, 0.9, 0.7, 0.5, 0.4, 0.3)


@dataclass(frozen=True, slots=True)
class _Bokeh:
    """A defocused light: place in shares of the picture, index of its size, its light."""

    x: float
    y: float
    size: int
    tint: Colour
    phase: float
    pace: float


class Hearth:
    """The look `hearth`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, variant: str) -> None:
        self._canvas, self._palette = canvas, palette
        dice = Dice(seed)
        self._edge = int(canvas.height * dice.between(0.74, 0.79))  # the table's far edge
        self._pan = dice.sign()
        self._wall = self._paint_wall(dice)
        self._table = self._paint_table(dice)
        self._sprites = [disc(r * canvas.unit, (1.5 + r * 0.06) * canvas.unit, 0.3) for r in _RADII]
        self._lights = [*self._strings(dice), *self._loose(dice)]
        self._bulbs = self._hang_bulbs(dice) if variant == "bulbs" else []
        self._candles = [] if variant == "bulbs" else self._set_candles(dice)
        self._finish = Finish(canvas, bloom=0.8, threshold=110, grain=1.6, vignette=0.5)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        out = np.empty((self._canvas.height, self._canvas.width, 3), np.uint8)
        wall = out[: self._edge]
        wall[:] = self._wall
        for light in self._lights:
            self._place_light(wall, light, t_s)
        self._shine(wall, t_s)
        self._lay_table(out)
        for bulb in self._bulbs:
            bulb.draw(out, t_s)
        for candle in self._candles:
            candle.draw(out, t_s)
        return self._finish.apply(out, t_s)

    def _place_light(self, wall: Frame, light: _Bokeh, t_s: float) -> None:
        e, unit = t_s / 10, self._canvas.unit
        zoom = 1 + 0.03 * e * (1 + light.size * 0.4)
        x = (light.x - 0.5) * zoom + 0.5 + self._pan * (e - 0.5) * 0.025 * (1 + light.size)
        y = (light.y - 0.4) * zoom + 0.4
        px = x * self._canvas.width + 3 * unit * math.sin(t_s * 0.6 + light.phase)
        py = y * self._canvas.height + 2 * unit * math.sin(t_s * 0.5 * light.pace + light.phase * 2)
        gain = 0.86 + 0.14 * math.sin(t_s * light.pace * 1.7 + light.phase)
        add_sprite(wall, self._sprites[light.size], px, py, light.tint * np.float32(gain))

    def _shine(self, wall: Frame, t_s: float) -> None:
        """The glow about flames and bulbs, made at an eighth of the size and enlarged once."""
        width, height = max(2, self._canvas.width // 8), max(2, self._canvas.height // 8)
        sources = [(c.place.x, c.top - 30 * self._canvas.unit, 0.36 * c.brightness(t_s), 10.0) for c in self._candles]
        sources += [(*b.where(t_s), 0.30 * b.brightness(t_s), 0.13 * b.place.radius) for b in self._bulbs]
        light = np.zeros((height, width), np.float32)
        for x, y, gain, radius in sources:
            light += glow(width, height, x / 8, y / 8, radius * self._canvas.unit) ** np.float32(1.15) * np.float32(
                gain
            )
        glare = cv2.convertScaleAbs(light[..., None] * self._palette.accent)
        cv2.add(wall, cv2.resize(glare, (self._canvas.width, self._canvas.height))[: self._edge], dst=wall)

    def _lay_table(self, out: Frame) -> None:
        """The table with the room blurred in its polish."""
        height, width = out.shape[0] - self._edge, out.shape[1]
        above = out[max(0, self._edge - int(height * 1.5)) : self._edge][::-1]
        small = cv2.resize(above, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
        unit = self._canvas.unit
        small = cv2.blur(small, (max(1, int(7 * unit)) | 1, max(1, int(15 * unit)) | 1))
        fade = np.linspace(0.44, 0.10, small.shape[0], dtype=np.float32)[:, None, None]
        sheen = cv2.convertScaleAbs(small * fade)
        cv2.add(self._table, cv2.resize(sheen, (width, height)), dst=out[self._edge :])
        soft = max(1, int(5 * unit))
        seam = out[self._edge - soft : self._edge + soft]
        seam[:] = cv2.blur(seam, (1, 2 * soft + 1))

    def _paint_wall(self, dice: Dice) -> Frame:
        p, width = self._palette, self._canvas.width
        wall = vertical(
            width, self._edge, [(0, p.dark * 0.8), (0.5, mix(p.dark, p.mid, 0.45)), (1, mix(p.zenith, p.mid, 0.8))]
        )
        for _ in range(6):
            x, y, radius = dice.between(0, 1) * width, dice.between(0.05, 0.9) * self._edge, dice.between(86, 216)
            tint = mix(p.mid, p.horizon, dice.between(0, 0.7)) * np.float32(dice.between(0.08, 0.28))
            wall += glow(width, self._edge, x, y, radius * self._canvas.unit)[..., None] ** 1.5 * tint
        cloud = resize(field(dice.child(), (64, 64), 1.9, low=1), width, self._edge)
        dim = 1 - 0.5 * float(p.mid.mean()) / 255  # pale walls would drown the lights
        return dither(wall * dim * (1 + 0.14 * cloud[..., None]), dice.child())

    def _paint_table(self, dice: Dice) -> Frame:
        p, height = self._palette, self._canvas.height - self._edge
        wood = resize(field(dice.child(), (256, 256), 1.1, low=4, stretch=9.0), self._canvas.width, height)
        shade = np.linspace(1.1, 0.5, height, dtype=np.float32)[:, None, None]
        return dither(mix(p.dark, p.mid, 0.38) * (1 + 0.14 * wood[..., None]) * shade, dice.child())

    def _strings(self, dice: Dice) -> list[_Bokeh]:
        """Strings of lights sagging across the room."""
        p, lights = self._palette, []
        for _ in range(dice.count(3, 5)):
            start, end, sag = dice.between(-0.05, 0.5), dice.between(-0.05, 0.5), dice.between(0.05, 0.2)
            count, size = dice.count(7, 12), dice.count(1, 4)
            tint = dice.pick([p.horizon, p.light, p.accent, mix(p.horizon, p.light, 0.5)])
            for i in range(count):
                q = (i + dice.between(-0.14, 0.14)) / (count - 1) * 1.3 - 0.15
                y = start + (end - start) * q + sag * 4 * q * (1 - q) + dice.between(-0.01, 0.01)
                gain = np.float32(dice.between(0.35, 0.8) * _STRING_GAIN[size])
                lights.append(_Bokeh(q, y, size, tint * gain, dice.between(0, 6.28), dice.between(0.4, 1.4)))
        return lights

    def _loose(self, dice: Dice) -> list[_Bokeh]:
        p, lights = self._palette, []
        for _ in range(26):
            size = dice.count(0, 5)
            tint = dice.pick([p.horizon, p.light, p.accent, p.mid])
            gain = np.float32(dice.between(0.12, 0.5) * _LOOSE_GAIN[size])
            place = dice.between(-0.1, 1.1), dice.between(0, 0.62)
            lights.append(_Bokeh(*place, size, tint * gain, dice.between(0, 6.28), dice.between(0.3, 1)))
        return lights

    def _set_candles(self, dice: Dice) -> list[Candle]:
        """One to three candles, the farther ones first, so that the nearer cover them."""
        width, height, unit = self._canvas.width, self._canvas.height, self._canvas.unit
        count = dice.count(1, 3)
        spots = {1: (dice.between(0.40, 0.60),), 2: (0.34, 0.65), 3: (0.24, 0.52, 0.78)}[count]
        places = []
        for i, spot in enumerate(spots):
            half = 720 * unit * (0.085 if count > 1 else 0.10) * dice.between(0.85, 1.15) * (1, 0.8, 0.95)[i]
            x = width / 2 + (spot - 0.5) * 720 * unit
            foot = self._edge + height * (0.085, 0.035, 0.065)[i]
            places.append(CandlePlace(x, foot, half, min(1280 * unit, height) * dice.between(0.15, 0.27)))
        places.sort(key=lambda place: place.foot)
        return [Candle(place, self._palette, self._canvas, dice.child()) for place in places]

    def _hang_bulbs(self, dice: Dice) -> list[Bulb]:
        """Three to five bulbs side by side, the smaller ones farther away and drawn first."""
        count = dice.count(3, 5)
        places = []
        for i in range(count):
            x = (i + 0.5 + dice.between(-0.22, 0.22)) / count
            places.append(
                BulbPlace(
                    0.5 + (x - 0.5) * 0.92,
                    dice.between(0.16, 0.50),
                    dice.between(34, 56),
                    dice.between(0, 6.28),
                    dice.between(0.9, 1.1),
                )
            )
        places.sort(key=lambda place: place.radius)
        return [Bulb(place, self._palette, self._canvas) for place in places]


SPEC = LookSpec(
    "hearth",
    "A warm room with candles on a polished table, or filament bulbs hanging over it.",
    ("candle", "ember", "sepia", "night"),
    Hearth,
    ("", "bulbs"),
)
