"""Candles: wax cylinders that glow from within near the top, and flames that sway and flicker like real ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .noise import Array, at, line
from .paint import Canvas, Frame, blur, grid, lay, mix, smooth
from .palettes import Palette, colour

_FLICKER_HZ = 55.0  # samples of the flicker line read a second; its highest frequency is then near 5 Hz
_FLAME, _HOT, _FOOT = colour("ffa53c"), colour("3c78be"), np.array([160, 40, -60], np.float32)


@dataclass(frozen=True, slots=True)
class CandlePlace:
    """A candle on the table: its middle and its foot in pixels, half its width and its height in pixels."""

    x: float
    foot: float
    half: float
    height: float


class Candle:
    """One candle, baked; its flame is drawn anew each frame."""

    def __init__(self, place: CandlePlace, palette: Palette, canvas: Canvas, rng: np.random.Generator) -> None:
        self.place = place
        self._canvas = canvas
        self._flicker = line(rng, 4096, 1.2, low=20, high=380)
        self._phase = float(rng.uniform(0, 100))
        unit = canvas.unit
        self.top = place.foot - place.height
        self._flame_length = 72 * unit * math.sqrt(place.half / (61 * unit))
        self._y0, self._y1 = max(0, int(self.top - 26 * unit)), int(place.foot + place.half * 0.2 + 3)
        self._x0, self._x1 = max(0, int(place.x - place.half - 3)), min(canvas.width, int(place.x + place.half + 4))
        wax, alpha = self._paint_wax(palette)
        self._wax = (wax * alpha[..., None]).astype(np.float32)
        self._through = (1 - alpha)[..., None].astype(np.float32)
        self._reflection, self._reflection_through = self._mirror_wax()

    def brightness(self, t_s: float) -> float:
        """The flame's brightness, near 1."""
        return 1 + 0.05 * float(at(self._flicker, t_s * _FLICKER_HZ))

    def draw(self, out: Frame, t_s: float) -> None:
        """Draw reflection, wax and flame onto the uint8 image `out`."""
        bright = self.brightness(t_s)
        y2 = int(2 * self.place.foot - self._y1)
        rows = min(out.shape[0] - y2, self._reflection.shape[0])
        if rows > 2:
            glass = out[y2 : y2 + rows, self._x0 : self._x1]
            lay(glass, self._reflection[:rows], self._reflection_through[:rows])
        bottom = min(self._y1, out.shape[0])
        body = out[self._y0 : bottom, self._x0 : self._x1]
        rows = bottom - self._y0
        lay(body, self._wax[:rows] * np.float32(bright), self._through[:rows])
        self._burn(out, t_s, bright)

    def _paint_wax(self, p: Palette) -> tuple[Array, Array]:
        """Colour and coverage inside the candle's box."""
        place, unit = self.place, self._canvas.unit
        x, y = grid(self._x1 - self._x0, self._y1 - self._y0)
        x, y = x + self._x0, y + self._y0
        q = (x - place.x) / place.half
        arc = np.sqrt(np.maximum(1 - q * q, 0))
        rim = 1.6 * unit * np.sin(x / place.half * 5 + 1)
        edge = self.top - arc * place.half * 0.17 + rim
        alpha = np.clip((1 - np.abs(q)) * place.half, 0, 1) * np.clip(y - edge, 0, 1)
        alpha *= np.clip(place.foot + arc * place.half * 0.17 - y, 0, 1)
        depth = np.maximum((y - self.top) / place.height, 0)
        shade = (0.30 + 0.45 * arc) * (0.9 + 0.1 * q)
        lit = np.exp(-depth * 3.2) * (0.6 + 0.5 * arc)
        unlit = mix(mix(p.light, p.horizon, 0.5), p.accent, 0.3) * (0.32 * shade)[..., None]
        wax = unlit + mix(p.light, p.accent, 0.45) * (lit * 0.95)[..., None]
        pool = ((x - place.x) / (place.half * 0.85)) ** 2 + ((y - self.top) / (place.half * 0.16)) ** 2
        wax += p.light * (np.exp(-(pool**2)) * 0.4)[..., None]
        wick = smooth(3.2 * unit, 2.0 * unit, np.abs(x - place.x)) * (y < self.top + 2) * (y > self.top - 18 * unit)
        alpha = np.maximum(alpha, wick)
        wax = wax * (1 - wick[..., None]) + p.dark * 1.5 * wick[..., None]
        return wax.astype(np.float32), alpha.astype(np.float32)

    def _mirror_wax(self) -> tuple[Array, Array]:
        """The candle upside down in the table: its light, and how much of the table it hides."""
        rows = self._wax.shape[0]
        fade = np.linspace(0.42, 0, rows, dtype=np.float32)[:, None, None]
        tall = max(1, int(19 * self._canvas.unit)) | 1
        light = cv2.blur(self._wax[::-1], (max(1, tall // 4), tall)) * fade
        cover = 1 - self._through[::-1]
        return light, (1 - cover * 0.6 * fade / np.float32(0.42)).astype(np.float32)

    def _burn(self, out: Frame, t_s: float, bright: float) -> None:
        length = self._flame_length * (0.94 + 0.6 * (bright - 1))
        size = max(4, int(length * 1.6))
        foot = self.top - 10 * self._canvas.unit
        x0, y0 = int(self.place.x) - size // 2, int(foot) - size + int(0.02 * size)
        x, y = grid(size, size)
        x = x + (x0 - self.place.x)
        v = (foot - y - y0) / length
        swing = 0.5 * math.sin(t_s * 2.1 + self._phase) + 0.3 * math.sin(t_s * 3.7 + 2 * self._phase) + (bright - 1) * 4
        flame, cover = _flame(x, v, length, swing)
        flame = np.maximum(blur(flame, 1.3 * self._canvas.unit), 0)
        left, right, top = max(0, x0), min(out.shape[1], x0 + size), max(0, y0)
        patch = out[top : y0 + size, left:right]
        window = (slice(top - y0, None), slice(left - x0, right - x0))
        lay(patch, flame[window], 1 - cover[window][..., None])


def _flame(x: Array, v: Array, length: float, swing: float) -> tuple[Array, Array]:
    """A tear-drop `length` pixels high: its light and how much it hides. `v` is 0 at its foot and 1 at its tip."""
    sway = np.clip(v, 0, 2) ** 1.6 * np.float32(length * 0.10 * swing)
    half = length * 0.32 * np.sqrt(np.clip(v + 0.12, 0, 1)) * np.clip(1.06 - v, 0, 1) ** 0.75 + 0.01
    aside = np.abs(x - sway) / half
    inside = (v > -0.12) & (v < 1.06)
    core = np.where(inside, 1 - smooth(0.45, 1.05, aside), 0)
    hot = np.where(inside, 1 - smooth(0.0, 0.75, aside), 0) * smooth(0.0, 0.4, v) * (1 - smooth(0.55, 1, v))
    foot = core * np.exp(-(((v + 0.02) / 0.1) ** 2))
    light = core[..., None] * (_FLAME * (0.55 + 0.45 * v[..., None])) + hot[..., None] * _HOT
    light += foot[..., None] * _FOOT - (core * smooth(0.25, 0, v))[..., None] * 50
    return light.astype(np.float32), (core * 0.9).astype(np.float32)
