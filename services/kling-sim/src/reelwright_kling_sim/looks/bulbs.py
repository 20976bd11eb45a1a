"""Hanging filament bulbs: cord, socket, glass that catches the light, and a glowing filament; they swing a little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .noise import Array
from .paint import Canvas, Frame, blur, grid, lay, smooth
from .palettes import Palette, colour
from .stencil import Stencil

_FILAMENT = colour("ffd08a")


@dataclass(frozen=True, slots=True)
class BulbPlace:
    """A bulb: its cord's share of the width, its middle's share of the height, its radius in design units."""

    x: float
    y: float
    radius: float
    phase: float
    light: float


class Bulb:
    """One bulb, baked upright as premultiplied light and coverage, swung about the top of its cord."""

    def __init__(self, place: BulbPlace, palette: Palette, canvas: Canvas) -> None:
        self.place = place
        self._canvas = canvas
        r = place.radius * canvas.unit
        self._pad = math.ceil(2.2 * r)
        self._cord = place.y * canvas.height
        self._size = (2 * self._pad + 1, math.ceil(4.6 * r) + 1)
        self._origin = (self._pad, 3.0 * r)  # the middle of the glass in the sprite
        self._baked = self._paint(palette, r)

    def where(self, t_s: float) -> tuple[float, float]:
        """The middle of the glass now, in pixels."""
        angle = self._angle(t_s)
        x = self.place.x * self._canvas.width
        return x + self._cord * math.sin(angle), self._cord * math.cos(angle)

    def brightness(self, t_s: float) -> float:
        """The filament's brightness, near 1: bulbs barely breathe."""
        return self.place.light * (0.97 + 0.03 * math.sin(t_s * 1.3 + self.place.phase))

    def draw(self, out: Frame, t_s: float) -> None:
        """Lay the bulb and its cord over the uint8 image `out`."""
        angle = self._angle(t_s)
        x, y = self.where(t_s)
        ink = (9.0, 7.0, 6.0)
        start = (round(self.place.x * self._canvas.width * 16), -16)
        r = self.place.radius * self._canvas.unit
        end = (round((x - 1.9 * r * math.sin(angle)) * 16), round((y - 1.9 * r * math.cos(angle)) * 16))
        cv2.line(out, start, end, ink, max(1, round(r * 0.09)), cv2.LINE_AA, 4)
        left, top = int(x) - self._pad, int(y - self._origin[1])
        matrix = cv2.getRotationMatrix2D(self._origin, math.degrees(angle), 1.0)
        matrix[:, 2] += np.array([x - left - self._origin[0], y - top - self._origin[1]])
        moved = cv2.warpAffine(self._baked, matrix, self._size)
        x0, x1 = max(0, left), min(out.shape[1], left + self._size[0])
        y0, y1 = max(0, top), min(out.shape[0], top + self._size[1])
        if x1 <= x0 or y1 <= y0:
            return
        moved = moved[y0 - top : y1 - top, x0 - left : x1 - left]
        patch = out[y0:y1, x0:x1]
        lay(patch, moved[..., :3] * np.float32(self.brightness(t_s)), 1 - moved[..., 3:])

    def _angle(self, t_s: float) -> float:
        return 0.022 * math.sin(t_s * 0.9 + self.place.phase) + 0.008 * math.sin(t_s * 1.7 + 2 * self.place.phase)

    def _paint(self, p: Palette, r: float) -> Array:
        """Float32 (height, width, 4): light premultiplied, coverage 0..1."""
        width, height = self._size
        x, y = grid(width, height)
        u, v = (x - self._origin[0]) / r, (y - self._origin[1]) / r
        neck = np.where(v < 0, 1 - 0.62 * smooth(-0.15, -1.45, v), 1.0)
        distance = np.hypot(u / neck, np.where(v < 0, v / 1.62, v))
        glass = 1 - smooth(1 - 1.2 / r, 1 + 1.2 / r, distance)
        rim = np.exp(-(((distance - 0.93) / 0.07) ** 2)) * glass
        glint = np.exp(-(((u + 0.45) / 0.13) ** 2) - ((v + 0.25) / 0.38) ** 2) * glass
        inner = np.exp(-(distance**2) * 2.2) * glass
        light = p.accent * (inner * 0.62 + rim * 0.30)[..., None] + p.light * (glint * 0.45 + rim * 0.16)[..., None]
        light += self._filament(r)[..., None] * _FILAMENT
        socket = self._socket(r)
        light = light * (1 - socket[..., None]) + p.dark * 1.6 * socket[..., None]
        cover = np.maximum(glass * 0.34, socket)
        return np.dstack([light, cover]).astype(np.float32)

    def _filament(self, r: float) -> Array:
        """A zigzag of hot wire with its glow."""
        ox, oy = self._origin
        stencil = Stencil(*self._size)
        turns = [(-0.36 + 0.12 * i, 0.36 if i % 2 else -0.42) for i in range(7)]
        points = [(-0.13, -1.2), *turns, (0.13, -1.2)]
        stencil.stroke([(ox + a * r, oy + b * r) for a, b in points], max(0.7, r * 0.05))
        wire = stencil.cover()
        return np.clip(wire * 1.0 + blur(wire, r * 0.09) * 1.5 + blur(wire, r * 0.3) * 1.2, 0, 1.25)

    def _socket(self, r: float) -> Array:
        ox, oy = self._origin
        stencil = Stencil(*self._size)
        half = [(0.30, -1.32), (0.33, -1.62), (0.28, -2.05), (0.10, -2.3)]
        outline = [*half, *((-a, b) for a, b in reversed(half))]
        stencil.polygon([(ox + a * r, oy + b * r) for a, b in outline])
        return stencil.cover()
