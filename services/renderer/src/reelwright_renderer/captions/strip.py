"""A rectangle of caption, ready to be blended: premultiplied Y, U, V and what they leave of the picture below."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from reelwright_renderer.captions.masks import Mask, Patch, chroma_gain, yuv_of
from reelwright_renderer.captions.port import Planes


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In px of the frame; all four are even."""

    x: int
    y: int
    width: int
    height: int


class Strip:
    """`keep` is 255 - alpha, at luma and at chroma size."""

    def __init__(self, place: Rectangle) -> None:
        full, half = (place.height, place.width), (place.height // 2, place.width // 2)
        self.place = place
        self.planes: list[Mask] = [np.zeros(full, np.uint8), np.zeros(half, np.uint8), np.zeros(half, np.uint8)]
        self.keep: list[Mask] = [np.full(full, 255, np.uint8), np.full(half, 255, np.uint8)]

    def copy(self) -> "Strip":
        twin = Strip.__new__(Strip)
        twin.place = self.place
        twin.planes = [plane.copy() for plane in self.planes]
        twin.keep = [plane.copy() for plane in self.keep]
        return twin

    def faded(self, opacity: float) -> "Strip":
        """The same, less opaque."""
        twin = Strip.__new__(Strip)
        twin.place = self.place
        twin.planes = [cv2.convertScaleAbs(plane, alpha=opacity) for plane in self.planes]
        twin.keep = [cv2.convertScaleAbs(plane, alpha=opacity, beta=255 * (1 - opacity)) for plane in self.keep]
        return twin

    def zoomed(self, factor: float, centre_x: float, centre_y: float) -> "Strip":
        """The same scaled about a point of the frame, cut at its edges. Chroma samples sit left, between two rows."""
        x, y = centre_x - 0.5 - self.place.x, centre_y - 0.5 - self.place.y
        full, half = _scaling(factor, x, y), _scaling(factor, x / 2, y / 2 - 0.25)
        twin = Strip.__new__(Strip)
        twin.place = self.place
        twin.planes = [_warped(plane, half if index else full, 0) for index, plane in enumerate(self.planes)]
        twin.keep = [_warped(plane, half if index else full, 255) for index, plane in enumerate(self.keep)]
        return twin

    def paint(self, patch: Patch, colour: str, opacity: float = 1.0) -> None:
        """`colour`, or a picture's own colours, over what is there, where the patch covers; the rest is cut off."""
        region = _overlap(self.place, patch)
        if region is None:
            return
        values = yuv_of(colour)
        for scale, mask, planes in ((1, patch.mask, (0,)), (2, patch.half, (1, 2))):
            here, there = region.here(scale), region.there(scale)
            gain = opacity * (chroma_gain(colour) if scale == 2 and patch.planes is None else 1.0)
            cover = mask[there] if gain == 1.0 else cv2.convertScaleAbs(mask[there], alpha=gain)
            keep = cv2.bitwise_not(cover)
            self.keep[scale - 1][here] = cv2.multiply(self.keep[scale - 1][here], keep, scale=1 / 255)
            for index in planes:
                own = _own(patch, index, there, cover, values[index])
                below = cv2.multiply(self.planes[index][here], keep, scale=1 / 255)
                self.planes[index][here] = cv2.add(below, own)

    def take_columns(self, other: "Strip", x: int, width: int) -> None:
        """Columns [x, x + width) of another strip at the same place; both even."""
        for scale, plane, taken in zip((1, 2, 2), self.planes, other.planes, strict=True):
            columns = np.s_[:, max(0, x) // scale : max(0, x + width) // scale]
            plane[columns] = taken[columns]

    def blend(self, frame: Planes) -> None:
        """Into the frame's planes, in place."""
        for index, plane in enumerate(frame):
            scale = 2 if index else 1
            y, x = self.place.y // scale, self.place.x // scale
            box = plane[y : y + self.place.height // scale, x : x + self.place.width // scale]
            cv2.multiply(box, self.keep[scale - 1], dst=box, scale=1 / 255)
            cv2.add(box, self.planes[index], dst=box)


@dataclass(frozen=True, slots=True)
class _Region:
    """Where a patch meets a strip: left, top, right and bottom in the strip, and the strip's origin in the patch."""

    left: int
    top: int
    right: int
    bottom: int
    dx: int
    dy: int

    def here(self, scale: int) -> tuple[slice, slice]:
        rows = slice(self.top // scale, self.bottom // scale)
        return rows, slice(self.left // scale, self.right // scale)

    def there(self, scale: int) -> tuple[slice, slice]:
        rows = slice((self.top - self.dy) // scale, (self.bottom - self.dy) // scale)
        return rows, slice((self.left - self.dx) // scale, (self.right - self.dx) // scale)


def _scaling(factor: float, x: float, y: float) -> MatLike:
    """The affine map that scales about (x, y)."""
    return np.array([[factor, 0, x - factor * x], [0, factor, y - factor * y]], np.float32)


def _warped(plane: Mask, matrix: MatLike, outside: int) -> Mask:
    height, width = plane.shape
    return cv2.warpAffine(plane, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=outside)


def _overlap(place: Rectangle, patch: Patch) -> _Region | None:
    dx, dy = patch.x - place.x, patch.y - place.y
    height, width = patch.mask.shape
    left, top = max(0, dx), max(0, dy)
    right, bottom = min(place.width, dx + width), min(place.height, dy + height)
    return _Region(left, top, right, bottom, dx, dy) if right > left and bottom > top else None


def _own(patch: Patch, index: int, there: tuple[slice, slice], cover: Mask, value: float) -> Mask:
    """What the patch itself adds to a plane."""
    if patch.planes is not None:
        return patch.planes[index][there]
    own: Mask = cv2.convertScaleAbs(cover, alpha=value / 255)
    return own
