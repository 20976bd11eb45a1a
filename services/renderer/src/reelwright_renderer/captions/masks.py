"""Coverage masks: growing, softening, rounding, halving for chroma; and patches of coverage at a place in the frame."""

import math
from functools import lru_cache

import cv2
import numpy as np
from cv2.typing import MatLike

Mask = MatLike
"""Coverage, 0 to 255, as uint8 (OpenCV's stubs do not say so)."""

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_LIGHT_LUMA = 140
_CRISP = 1.25
"""Chroma coverage of light fills is raised by this, so that they stay saturated up to their edge (measured)."""


@lru_cache(64)
def yuv_of(colour: str) -> tuple[float, float, float]:
    """#RRGGBB in BT.709, limited range."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748


def is_light(colour: str) -> bool:
    return yuv_of(colour)[0] > _LIGHT_LUMA


def chroma_gain(colour: str) -> float:
    return _CRISP if is_light(colour) else 1.0


def halve(plane: Mask) -> Mask:
    """To chroma size, left-sited as H.264 assumes: (1 2 1)/4 across, (1 1)/2 down."""
    across, down = np.array([0.25, 0.5, 0.25]), np.array([0.5, 0.5])
    halved: Mask = cv2.sepFilter2D(plane, -1, across, down, anchor=(1, 0))[::2, ::2].copy()
    return halved


def thicken(mask: Mask, radius: int) -> Mask:
    """The ink made bolder by `radius` px on all sides, anti-aliased; the mask grows by as much."""
    if radius == 0:
        return mask
    padded = cv2.copyMakeBorder(mask, radius, radius, radius, radius, cv2.BORDER_CONSTANT)
    thick: Mask = cv2.GaussianBlur(cv2.dilate(padded, _CROSS, iterations=radius), (3, 3), 0.45)
    return thick


def grow(mask: Mask, radius: float) -> tuple[Mask, int]:
    """An outline: all within `radius` px of the ink, round joins, anti-aliased; and by how many px the mask grew."""
    pad = math.ceil(radius) + 2
    padded = cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT)
    far = cv2.distanceTransform((padded < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    smooth = cv2.GaussianBlur(far, (0, 0), 0.8)
    outline: Mask = cv2.convertScaleAbs(np.clip(radius + 0.5 - smooth, 0, 1), alpha=255)
    return outline, pad


def soften(mask: Mask, sigma: float) -> Mask:
    """A wide blur for shadows, made at quarter size."""
    height, width = mask.shape
    small = cv2.resize(mask, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(0.1, sigma / 4))
    soft: Mask = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    return soft


class Patch:
    """Coverage whose upper left is (x, y) of the frame, kept on even coordinates so that its chroma twin is exact.

    `rgb` (premultiplied) makes it a picture with colours of its own, an emoji.
    """

    def __init__(self, mask: Mask, x: int, y: int, rgb: Mask | None = None) -> None:
        odd_x, odd_y = x & 1, y & 1
        pad = (odd_y, (mask.shape[0] + odd_y) & 1, odd_x, (mask.shape[1] + odd_x) & 1)
        self.mask: Mask = cv2.copyMakeBorder(mask, *pad, cv2.BORDER_CONSTANT)
        self.half = halve(self.mask)
        self.x, self.y = x - odd_x, y - odd_y
        self.rgb: Mask | None = None
        self.planes: tuple[Mask, Mask, Mask] | None = None
        if rgb is not None:
            padded = cv2.copyMakeBorder(rgb, *pad, cv2.BORDER_CONSTANT)
            self.rgb, self.planes = padded, _own_planes(self.mask, padded)

    def zoomed(self, factor: float, centre_x: float, centre_y: float) -> "Patch":
        """Scaled about a point, sub-pixel exact."""
        height, width = self.mask.shape
        x = math.floor(centre_x + (self.x - centre_x) * factor) - 1
        y = math.floor(centre_y + (self.y - centre_y) * factor) - 1
        move_x = centre_x + (self.x - centre_x + 0.5) * factor - 0.5 - x
        move_y = centre_y + (self.y - centre_y + 0.5) * factor - 0.5 - y
        matrix = np.array([[factor, 0, move_x], [0, factor, move_y]], np.float32)
        size = (math.ceil(width * factor) + 3, math.ceil(height * factor) + 3)
        rgb = None if self.rgb is None else cv2.warpAffine(self.rgb, matrix, size)
        return Patch(cv2.warpAffine(self.mask, matrix, size), x, y, rgb)


def _own_planes(mask: Mask, rgb: Mask) -> tuple[Mask, Mask, Mask]:
    """Premultiplied Y, U and V of a picture with alpha; U and V at half size."""
    alpha, colour = mask.astype(np.float32) / 255, rgb.astype(np.float32) / 255
    luma = cv2.transform(colour, np.array([[0.2126, 0.7152, 0.0722]], np.float32))
    blue = 128 * alpha + 224 * (colour[..., 2] - luma) / 1.8556
    red = 128 * alpha + 224 * (colour[..., 0] - luma) / 1.5748
    return _bytes(16 * alpha + 219 * luma), _bytes(halve(blue)), _bytes(halve(red))


def _bytes(plane: MatLike) -> Mask:
    return np.rint(plane).clip(0, 255).astype(np.uint8)


def rounded(x: float, y: float, width: float, height: float, radius: float) -> Patch:
    """An anti-aliased rounded rectangle at fractional coordinates."""
    left, top = math.floor(x), math.floor(y)
    columns = np.arange(math.ceil(width) + 2, dtype=np.float32) + np.float32(left + 0.5 - x - width / 2)
    rows = np.arange(math.ceil(height) + 2, dtype=np.float32) + np.float32(top + 0.5 - y - height / 2)
    across = np.abs(columns)[None] - np.float32(width / 2 - radius)
    down = np.abs(rows)[:, None] - np.float32(height / 2 - radius)
    distance = np.hypot(np.maximum(across, 0), np.maximum(down, 0)) + np.minimum(np.maximum(across, down), 0)
    return Patch((np.clip(radius + 0.5 - distance, 0, 1) * 255).astype(np.uint8), left, top)
