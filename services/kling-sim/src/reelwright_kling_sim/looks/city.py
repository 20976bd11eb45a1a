"""City: three rows of towers across the water at night, windows coming on, traffic on the shore and its reflection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .finish import Finish
from .layers import Layer, bake
from .noise import Array, Dice, field
from .paint import Canvas, Frame, add_sprite, ease, mix, resize, spark, vertical
from .palettes import Palette, colour
from .scene import LookSpec
from .skyline import Lamp, Row, RowPainter, light_row
from .stars import scatter_stars
from .water import Mirror

_BELOW = 60  # design units of the towers' images below the ground line, hidden by the water
_PAN = 11.0  # design units a second for the nearest row
_MIDDLE_S = 6.0
_WINDOW_WARM = colour("ffaf5a")
_HEADLIGHT, _TAILLIGHT = colour("fff2d8"), colour("ff3a30")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A layer with how much it moves (0 far .. 1 near) and its changing lights."""

    layer: Layer
    nearness: float
    lamps: tuple[Lamp, ...]


@dataclass(frozen=True, slots=True)
class _Car:
    start: float  # share of the road
    speed: float  # shares a second
    glow: float


class City:
    """The look `city`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas = canvas
        dice = Dice(seed)
        unit = canvas.unit
        self._pan = dice.sign()
        ground = round(canvas.height / unit * dice.between(0.60, 0.67))  # design units
        self._horizon = min(round(ground * unit), canvas.height - 4)
        self._ground = ground
        self._wide = round(canvas.width / unit * 1.35)
        self._layers = [self._bake_sky(palette, dice), *self._bake_rows(palette, dice)]
        self._window = spark(1.9 * unit) * np.float32(1.2)
        self._beacon, self._headlight = spark(3.4 * unit) * np.float32(1.5), spark(2.2 * unit)
        self._cars = [
            _Car(dice.between(0, 1), dice.sign() * dice.between(0.03, 0.07), dice.between(0.5, 1.0)) for _ in range(22)
        ]
        self._mirror = Mirror(
            canvas, self._horizon, mix(palette.dark, palette.zenith, 0.5), dice, strength=5.0, loss=0.42, smear=13
        )
        self._finish = Finish(canvas, bloom=0.9, threshold=70)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        canvas, unit = self._canvas, self._canvas.unit
        out = np.zeros((canvas.height, canvas.width, 3), np.uint8)
        for placed in self._layers:
            zoom = 1 + 0.006 * t_s * placed.nearness
            x = canvas.width / 2 + self._pan * (t_s - _MIDDLE_S) * _PAN * unit * placed.nearness
            placed.layer.draw(out[: self._horizon], x, self._horizon, zoom)
            self._light(out, placed, x, zoom * unit, t_s)
        self._drive(out, t_s)
        self._mirror.reflect(out, t_s)
        shore = max(1, int(2 * unit))
        out[self._horizon - shore // 2 : self._horizon + shore] //= 2
        return self._finish.apply(out, t_s)

    def _light(self, out: Frame, placed: _Placed, x: float, scale: float, t_s: float) -> None:
        for lamp in placed.lamps:
            px = (lamp.x - self._wide / 2) * scale + x
            py = (lamp.y - self._ground) * scale + self._horizon
            if lamp.beacon:
                blink = 0.2 + 0.8 * (0.5 + 0.5 * math.sin(t_s * 2.6 + lamp.at_s * 2)) ** 3
                add_sprite(out, self._beacon, px, py, lamp.tint * np.float32(blink))
            elif t_s > lamp.at_s:
                on = np.float32(ease(lamp.at_s, lamp.at_s + 1.2, t_s))
                add_sprite(out, self._window, px, py, lamp.tint * on)

    def _drive(self, out: Frame, t_s: float) -> None:
        """Headlights and tail lights along the shore: small, but their reflection is what moves in the water."""
        for car in self._cars:
            share = (car.start + car.speed * t_s) % 1.0
            tint = _HEADLIGHT if car.speed > 0 else _TAILLIGHT
            lane = (4.5 if car.speed > 0 else 7.0) * self._canvas.unit
            x = (share * 1.1 - 0.05) * self._canvas.width
            add_sprite(out, self._headlight, x, self._horizon - lane, tint * np.float32(car.glow))

    def _bake_sky(self, p: Palette, dice: Dice) -> _Placed:
        unit = self._canvas.unit
        width, height = round(self._wide * unit), round((self._ground + _BELOW) * unit)
        glow = mix(mix(p.horizon, p.light, 0.12), p.accent, 0.25)
        stops = [(0.0, p.zenith), (0.5, mix(p.zenith, p.mid, 0.8)), (0.78, mix(p.mid, p.horizon, 0.8)), (0.95, glow)]
        sky = vertical(width, height, stops) * np.float32(0.95)
        cloud = resize(field(dice.child(), (256, 256), 1.9, low=1.5, stretch=2.2), width, height)
        lower = np.linspace(0.1, 1, height, dtype=np.float32)[:, None]
        sky += (np.clip(cloud * 0.35 + 0.3, 0, 1) * lower)[..., None] * (mix(p.mid, p.horizon, 0.6) * 0.38)
        upper = np.clip(1 - np.arange(height, dtype=np.float32) / (height * 0.5), 0, 1)[:, None, None]
        stars = scatter_stars(width, height, dice.child(), count=420, faint=22, tint=p.light, unit=unit)
        anchor = (width / 2, self._ground * unit)
        return _Placed(bake(sky + stars * upper, None, dice.child(), anchor=anchor), 0.06, ())

    def _bake_rows(self, p: Palette, dice: Dice) -> list[_Placed]:
        peak = dice.between(0.3, 0.7)
        return [_Placed(*self._bake_row(_row(p, index), peak, dice, (0.22, 0.48, 1.0)[index])) for index in range(3)]

    def _bake_row(self, row: Row, peak: float, dice: Dice, nearness: float) -> tuple[Layer, float, tuple[Lamp, ...]]:
        unit, height = self._canvas.unit, self._ground + _BELOW
        zoom = 1 if unit <= 1 else 2
        painter = RowPainter(row, dice.child(), width=self._wide, height=height, ground=self._ground, zoom=zoom)
        size = (round(self._wide * unit), round(height * unit))
        walls, lit, alpha = (_fit(image, *size) for image in painter.paint(peak))
        image = light_row(row, walls, lit, self._ground * unit, unit)
        anchor = (size[0] / 2, self._ground * unit)
        return bake(image, alpha, dice.child(), anchor=anchor), nearness, tuple(painter.lamps)


def _fit(image: Array, width: int, height: int) -> Array:
    return image if image.shape[:2] == (height, width) else np.clip(resize(image, width, height), 0, None)


def _row(p: Palette, index: int) -> Row:
    """The far, middle or near row."""
    wall = mix(p.zenith, mix(p.mid, p.horizon, 0.5), (0.85, 0.55, 0.2)[index])
    return Row(
        scale=(0.5, 0.75, 1.15)[index],
        reach=(1.25, 1.05, 0.62)[index],
        downtown=(1.0, 0.9, 0.4)[index],
        body=mix(wall, p.dark, (0.15, 0.5, 0.9)[index]) * np.float32((0.85, 0.8, 0.8)[index]),
        haze=mix(mix(p.mid, p.horizon, 0.6), p.accent, 0.12),
        haze_amount=(0.6, 0.38, 0.12)[index],
        warm=mix(p.light, _WINDOW_WARM, 0.85),
        cool=mix(p.light, p.accent, 0.45),
        bright=(0.7, 1.0, 1.15)[index],
    )


SPEC = LookSpec(
    "city",
    "A skyline at night across the water, windows coming on, traffic along the shore.",
    ("dusk", "night", "neon", "sunset", "teal"),
    City,
)
