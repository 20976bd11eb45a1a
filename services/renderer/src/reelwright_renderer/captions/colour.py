"""Between RGB pictures and the planes of a frame, BT.709 in limited range, chroma sited left. For samples and tests."""

import cv2
import numpy as np
from cv2.typing import MatLike

from reelwright_renderer.captions.masks import halve
from reelwright_renderer.captions.port import Planes


def to_planes(rgb: MatLike) -> Planes:
    """The frame of an RGB picture (uint8, even height and width)."""
    red, green, blue = (rgb[..., channel].astype(np.float32) / 255 for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    u, v = 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748
    return _bytes(16 + 219 * luma), _bytes(halve(u)), _bytes(halve(v))


def to_rgb(planes: Planes) -> MatLike:
    """The RGB picture of a frame, chroma interpolated as players do."""
    height, width = planes[0].shape
    columns = np.broadcast_to(np.arange(width, dtype=np.float32)[None] / 2, (height, width))
    rows = np.broadcast_to((np.arange(height, dtype=np.float32)[:, None] - 0.5) / 2, (height, width))
    u, v = (
        cv2.remap(plane.astype(np.float32), columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane in planes[1:]
    )
    luma = (planes[0].astype(np.float32) - 16) / 219
    blue, red = luma + (u - 128) / 224 * 1.8556, luma + (v - 128) / 224 * 1.5748
    green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152
    return _bytes(np.stack([red, green, blue], -1) * 255)


def _bytes(values: MatLike) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.rint(values).clip(0, 255).astype(np.uint8)
