"""Silk: folded satin, a height field of sines that bend one another, lit from two sides, slowly flowing."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .finish import Finish
from .noise import Dice
from .paint import Array, Canvas, Frame, enlarge, mix, ramp
from .palettes import Palette
from .scene import LookSpec

_COLUMNS = 192  # the folds are computed this coarse per 720 design units and enlarged with a cubic
_WARPS = 5


class Silk:
    """The look `silk`."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, _variant: str) -> None:
        self._canvas = canvas
        dice = Dice(seed)
        self._place(dice.between(0.5, 1.0) * dice.sign())
        self._phase = [(dice.between(0, 6.28), dice.between(0, 6.28)) for _ in range(_WARPS)]
        base = dice.between(1.7, 2.3)
        self._frequency = [base * step for step in (1, 1.55, 2.5, 3.9, 6.1)]
        self._reach = [dice.between(0.8, 1.1) * reach for reach in (0.28, 0.155, 0.074, 0.032, 0.013)]
        self._speed = [dice.between(0.13, 0.30) * dice.sign() for _ in range(_WARPS)]
        self._folds = dice.between(8.5, 11)
        self._tones, self._light, self._accent = _tones(palette), palette.light * 0.5, palette.accent * 0.28
        self._finish = Finish(canvas, bloom=0.35, threshold=150, vignette=0.5)

    def frame(self, t_s: float) -> Frame:
        """See `Look.frame`."""
        depth = 26 * 2 * self._shaded[0] / (self._canvas.width / self._canvas.unit)
        folds = cv2.GaussianBlur(self._height(t_s), (0, 0), 0.9)  # a crease finer than the grid would be jagged
        height = cv2.resize(folds, self._shaded, interpolation=cv2.INTER_CUBIC) * np.float32(depth)
        image = enlarge(self._shade(height, depth), self._canvas.width, self._canvas.height)
        return self._finish.apply(image, t_s)

    def _place(self, turn: float) -> None:
        """The cloth's own coordinates, turned, in units of 720 design units."""
        wide = self._canvas.width / self._canvas.unit / 720
        tall = self._canvas.height / self._canvas.unit / 720
        columns, rows = round(_COLUMNS * wide), round(_COLUMNS * tall)
        x = (np.arange(columns, dtype=np.float32) + 0.5)[None] / _COLUMNS - wide / 2
        y = (np.arange(rows, dtype=np.float32) + 0.5)[:, None] / _COLUMNS - tall / 2
        self._shaded = (max(self._canvas.width // 2, columns), max(self._canvas.height // 2, rows))
        self._x = x * math.cos(turn) - y * math.sin(turn)
        self._y = x * math.sin(turn) + y * math.cos(turn)

    def _height(self, t_s: float) -> Array:
        x, y = self._x + np.float32(0.02 * t_s), self._y
        for i in range(_WARPS):
            across, down = self._phase[i]
            k, reach, turn = self._frequency[i], self._reach[i], self._speed[i] * t_s
            x = x + reach * np.sin(2 * k * y + (across + turn))
            y = y + 0.6 * reach * np.cos(1.6 * k * x + (down + 0.8 * turn))
        coarse = np.sin(x * self._folds) + 0.5 * np.sin(y * 2.2 + 1)
        fine: Array = 0.32 * np.sin(x * (2.3 * self._folds) + y * 3 + 0.2 * t_s)
        return coarse + fine

    def _shade(self, height: Array, depth: float) -> Array:
        gx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
        gy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
        inverse = 1 / np.sqrt(gx * gx + gy * gy + 1)
        facing = np.maximum((1 - 0.9 * gx - 0.7 * gy) * inverse, 0) * (1 / 1.52)
        hollow = height * (0.275 / depth) + 0.5
        tone = np.clip(0.18 + 0.62 * facing * hollow + 0.12 * hollow, 0, 1)
        image = cv2.remap(self._tones, tone * 1023, np.zeros_like(tone), cv2.INTER_LINEAR)
        sheen = np.maximum((0.55 - 0.5 * gx - 0.62 * gy) * inverse, 0)
        sheen = cv2.pow(sheen, 12)
        back = np.maximum((0.9 * gx + 0.3 - 0.5 * gy) * inverse, 0)
        lights = np.stack([self._light, self._accent], 1).astype(np.float32)
        return cv2.add(image, cv2.transform(cv2.merge([sheen, back * back * back]), lights))


def _tones(p: Palette) -> Array:
    """Cloth from deepest fold to sheen: (1, 1024, 3)."""
    stops = [
        (0.0, p.dark * 0.55),
        (0.22, mix(p.dark, p.zenith, 0.6)),
        (0.42, p.zenith * 0.6 + p.mid * 0.4),
        (0.62, p.mid),
        (0.82, p.horizon),
        (1.0, mix(p.horizon, p.light, 0.7)),
    ]
    return ramp(1024, stops)[None]


SPEC = LookSpec(
    "silk",
    "Folds of satin flowing slowly in two lights.",
    ("rose", "teal", "dusk", "night", "ember", "sepia"),
    Silk,
)
