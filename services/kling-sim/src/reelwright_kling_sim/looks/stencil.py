"""Black shapes cut from paper: polygons and strokes at twice the size with sub-pixel corners, read as coverage."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from .paint import Array

_FRACTION_BITS = 4
_FIXED = 2 << _FRACTION_BITS  # twice the size, then sixteenths of a pixel
_FAR = 20_000.0  # pixels; keeps fixed-point corners inside an int32


class Stencil:
    """A mask of `width` x `height` pixels. Coordinates and widths are in units of `unit` pixels."""

    def __init__(self, width: int, height: int, unit: float = 1.0) -> None:
        self.unit = unit
        self._mask = np.zeros((height * 2, width * 2), np.uint8)
        self._size = (width, height)

    def polygon(self, points: ArrayLike) -> None:
        """Fill the polygon through `points` (n, 2)."""
        cv2.fillPoly(self._mask, [self._fixed(points)], (255,), cv2.LINE_AA, _FRACTION_BITS)

    def stroke(self, points: ArrayLike, width: float) -> None:
        """Draw an open line through `points` (n, 2)."""
        cv2.polylines(
            self._mask,
            [self._fixed(points)],
            False,
            (255,),
            max(1, round(width * 2 * self.unit)),
            cv2.LINE_AA,
            _FRACTION_BITS,
        )

    def ellipse(self, x: float, y: float, rx: float, ry: float) -> None:
        """Fill an upright ellipse with radii `rx`, `ry`."""
        k = _FIXED * self.unit
        centre, axes = (round(x * k), round(y * k)), (round(rx * k), round(ry * k))
        cv2.ellipse(self._mask, centre, axes, 0, 0, 360, (255,), -1, cv2.LINE_AA, _FRACTION_BITS)

    def below(self, top: Array) -> None:
        """Fill everything under the line `top`, which has one y, in pixels, for every pixel column."""
        width, height = self._size
        columns = np.stack([np.arange(top.size, dtype=np.float32), top], -1)
        outline = np.concatenate([columns, [[width, top[-1]], [width, height], [0, height]]])
        self.polygon(outline / self.unit)

    def cover(self) -> Array:
        """Coverage 0..1, float32 (height, width)."""
        return cv2.resize(self._mask, self._size, interpolation=cv2.INTER_AREA).astype(np.float32) * np.float32(1 / 255)

    def _fixed(self, points: ArrayLike) -> Array:
        pixels = (np.asarray(points, np.float64) * self.unit).clip(-_FAR, _FAR)
        return np.asarray(np.rint(pixels * _FIXED), np.int32)
