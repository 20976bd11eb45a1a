"""Layers: pictures baked once with premultiplied alpha, moved below the pixel and laid over a frame cheaply."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .paint import Array, Frame, dither

_INVERSE_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Layer:
    """A baked picture. `anchor` is its point (x, y) that `draw` puts somewhere and zooms about; only rows `top` to
    `bottom` show anything. Four channels, because OpenCV warps four uint8 channels twice as fast as three."""

    bgra: Frame
    anchor: tuple[float, float]
    top: int
    bottom: int
    opaque: bool = False

    def draw(self, out: Frame, x: float, y: float, zoom: float = 1.0) -> None:
        """Lay this over the uint8 frame `out` with the anchor at the frame's (x, y)."""
        first = int(max(0, y + (self.top - self.anchor[1]) * zoom - 2))
        last = int(min(out.shape[0], y + (self.bottom - self.anchor[1]) * zoom + 2))
        if last <= first:
            return
        k = 1 / zoom
        ax, ay = self.anchor
        matrix = np.array([[k, 0, ax - k * x], [0, k, ay - k * (y - first)]], np.float32)
        size = (out.shape[1], last - first)
        border = cv2.BORDER_REPLICATE if self.opaque else cv2.BORDER_CONSTANT  # the latter is the faster one
        moved = cv2.warpAffine(self.bgra, matrix, size, flags=_INVERSE_LINEAR, borderMode=border)
        target = out[first:last]
        if self.opaque:
            cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR, dst=target)
            return
        through = cv2.bitwise_not(cv2.extractChannel(moved, 3))
        cv2.multiply(target, cv2.cvtColor(through, cv2.COLOR_GRAY2BGR), dst=target, scale=1 / 255)
        cv2.add(target, cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR), dst=target)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """An opaque picture that `view` shows through any affine map, in four channels for the sake of speed."""

    bgra: Frame

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.bgra.shape[1], self.bgra.shape[0]

    def view(self, out: Frame, matrix: Array) -> None:
        """Fill `out`; `matrix` (2, 3) takes a point of this picture to its place there."""
        size = (out.shape[1], out.shape[0])
        moved = cv2.warpAffine(self.bgra, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR, dst=out)


def bake_backdrop(colour: Array, rng: np.random.Generator) -> Backdrop:
    """A backdrop of a float image."""
    image = cv2.cvtColor(dither(colour, rng), cv2.COLOR_BGR2BGRA)
    return Backdrop(np.asarray(image, np.uint8))


def bake(
    colour: Array,
    alpha: Array | None,
    rng: np.random.Generator,
    *,
    anchor: tuple[float, float] | None = None,
    bottom: int | None = None,
) -> Layer:
    """A layer of a float image and its coverage 0..1 (None: opaque); its anchor is its middle unless named.

    `bottom` says below which row nearer layers hide this one for certain.
    """
    height, width = colour.shape[:2]
    cover = np.ones((height, width), np.float32) if alpha is None else alpha
    image = dither(np.dstack([colour * cover[..., None], cover * 255]), rng)
    shown = np.flatnonzero(cover.max(axis=1) > 0)
    top = int(shown[0]) if shown.size else height
    middle = (width / 2, height / 2)
    return Layer(image, anchor or middle, top, bottom or height, alpha is None)
