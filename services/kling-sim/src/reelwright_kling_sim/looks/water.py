"""Calm water below a horizon: the picture above it mirrored, squashed, rippled, darker towards the viewer."""

from __future__ import annotations

import cv2
import numpy as np

from .noise import Array, Dice, field
from .paint import Canvas, Frame, grid
from .palettes import Colour


class Mirror:
    """Ripples for one canvas. `strength` is their height in design units, `loss` how much light the water takes near
    the viewer, `tint` what it gives instead, `smear` a vertical blur in design units (lights become streaks)."""

    def __init__(
        self, canvas: Canvas, horizon: int, tint: Colour, dice: Dice, *, strength: float, loss: float, smear: float = 0
    ) -> None:
        self._horizon, self._unit = horizon, canvas.unit
        self._size = (canvas.width, canvas.height - horizon)
        columns, rows = max(2, canvas.width // 2), max(2, (canvas.height - horizon) // 2)
        self._half = (columns, rows)
        self._strength = strength * canvas.unit
        self._smear = max(1, round(smear * canvas.unit)) | 1
        self._noise = field(dice.child(), (256, 256), 1.3, low=6, stretch=2)
        self._x, self._y = grid(columns, rows)
        down = (np.arange(rows, dtype=np.float32)[:, None] + 1) / rows
        wide = canvas.width / canvas.unit / 720
        across = (np.arange(columns, dtype=np.float32)[None] / columns - 0.5) * wide
        closer = 1 / (down + 0.04)
        self._u = (across * closer * 46).astype(np.float32)
        self._v = np.repeat(closer * 150, columns, axis=1).astype(np.float32)
        self._sway = (down**0.8).astype(np.float32)
        keep = 1 - loss * (0.35 + 0.65 * down)
        self._keep = np.repeat(np.repeat(keep[..., None], columns, axis=1), 3, axis=2).astype(np.float32)
        self._tint = (tint * (1 - self._keep)).astype(np.float32)

    def reflect(self, out: Frame, t_s: float) -> None:
        """Fill the rows of the uint8 frame `out` below the horizon from those above it."""
        reach = int(self._size[1] * 1.25)
        above = out[max(0, self._horizon - reach) : self._horizon][::-1]
        image = cv2.resize(above, self._half, interpolation=cv2.INTER_AREA)
        if self._smear > 1:
            image = cv2.blur(image, (1, self._smear))
        ripple = self._ripple(np.float32(t_s * 5))
        x = self._x + ripple * np.float32(0.35 * self._strength)
        y = self._y + ripple * np.float32(self._strength)
        image = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        water = cv2.multiply(image, self._keep, dtype=cv2.CV_32F)
        water = cv2.convertScaleAbs(cv2.add(water, self._tint))
        out[self._horizon :] = cv2.resize(water, self._size)

    def _ripple(self, moved: np.float32) -> Array:
        k = np.float32(0.6)
        one = self._read(self._u + moved, self._v + moved * k)
        two = self._read(self._u * k - moved * np.float32(0.7), self._v * np.float32(0.7) + moved)
        ripple: Array = (one + two) * self._sway
        return ripple

    def _read(self, u: Array, v: Array) -> Array:
        return cv2.remap(self._noise, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
