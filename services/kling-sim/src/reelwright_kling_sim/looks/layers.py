"""Layers: pictures baked once with premultiplied alpha, moved below the pixel and laid over a frame cheaply."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .paint import Array, Frame, dither

_OVERLAP = 2  # rows that two parts of one picture share, so that no seam shows when they are moved below the pixel
_INVERSE_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Layer:
    """A baked picture. `anchor` is the point (x, y), inside it or not, that `draw` puts somewhere and zooms about.

    Four channels, because OpenCV warps four uint8 channels twice as fast as three.
    """

    bgra: Frame
    anchor: tuple[float, float]
    opaque: bool = False

    def draw(self, out: Frame, x: float, y: float, zoom: float = 1.0) -> None:
        """Lay this over the uint8 frame `out` with the anchor at the frame's (x, y). Only what it covers is touched."""
        k, (ax, ay) = 1 / zoom, self.anchor
        left, right = _covered(x, ax, self.bgra.shape[1], zoom, out.shape[1])
        top, bottom = _covered(y, ay, self.bgra.shape[0], zoom, out.shape[0])
        if bottom <= top or right <= left:
            return
        matrix = np.array([[k, 0, ax - k * (x - left)], [0, k, ay - k * (y - top)]], np.float32)
        size = (right - left, bottom - top)
        border = cv2.BORDER_REPLICATE if self.opaque else cv2.BORDER_CONSTANT  # the latter is the faster one
        moved = cv2.warpAffine(self.bgra, matrix, size, flags=_INVERSE_LINEAR, borderMode=border)
        colour = cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR)
        target = out[top:bottom, left:right]
        if self.opaque:
            target[:] = colour
            return
        through = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(moved, 3)), cv2.COLOR_GRAY2BGR)
        cv2.add(cv2.multiply(target, through, scale=1 / 255), colour, dst=target)


def _covered(place: float, anchor: float, size: int, zoom: float, limit: int) -> tuple[int, int]:
    """The pixels, first and last + 1, that a layer covers along one axis of the frame."""
    return max(0, int(place - anchor * zoom - 1)), min(limit, int(place + (size - anchor) * zoom + 2))


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
    colour: Array, alpha: Array | None, rng: np.random.Generator, *, anchor: tuple[float, float] | None = None
) -> Layer:
    """A layer of a float image and its coverage 0..1 (None: opaque), cut to what it covers.

    `anchor` is in pixels of the image: its middle, unless given.
    """
    height, width = colour.shape[:2]
    ax, ay = anchor or (width / 2, height / 2)
    if alpha is None:
        return Layer(dither(np.dstack([colour, np.full((height, width), 255)]), rng), (ax, ay), opaque=True)
    rows, columns = _extent(alpha.max(axis=1)), _extent(alpha.max(axis=0))
    cover = alpha[rows, columns, None]
    image = dither(np.concatenate([colour[rows, columns] * cover, cover * 255], axis=2), rng)
    return Layer(image, (ax - columns.start, ay - rows.start))


def bake_apart(
    colour: Array, alpha: Array, rng: np.random.Generator, *, anchor: tuple[float, float], ground: int
) -> list[Layer]:
    """The same picture as several layers: what stands above the row `ground`, apart by empty columns, and the ground.

    Cheaper to draw where much is empty.
    """
    low = alpha.copy()
    low[: ground - _OVERLAP] = 0
    layers = [bake(colour, low, rng, anchor=anchor)]
    filled = alpha[:ground].max(axis=0) > 0
    edges = np.flatnonzero(np.diff(filled, prepend=False, append=False))
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        part = np.zeros_like(alpha)
        part[:ground, left:right] = alpha[:ground, left:right]
        layers.append(bake(colour, part, rng, anchor=anchor))
    return layers


def _extent(profile: Array) -> slice:
    """From the first to the last place where `profile` is above zero."""
    shown = np.flatnonzero(profile > 0)
    return slice(int(shown[0]), int(shown[-1]) + 1) if shown.size else slice(0, 1)
