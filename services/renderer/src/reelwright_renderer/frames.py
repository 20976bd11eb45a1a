"""Planar 8-bit YUV 4:2:0 frames, BT.709 limited range: what everything is painted into and encoded from."""

from typing import cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.timeline import Format

BLACK = (16, 128, 128)


def views(frame: av.VideoFrame) -> Planes:
    """Writable views of a yuv420p frame's planes, without the padding of their rows. They live as long as the frame."""
    planes = tuple(
        np.frombuffer(cast(memoryview, plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return cast(Planes, planes)


def copy_planes(source: Planes, target: Planes) -> None:
    for from_plane, to_plane in zip(source, target, strict=True):
        np.copyto(to_plane, from_plane)


def planes_of_bgr(picture: Plane) -> Planes:
    """A BGR picture (height x width x 3, full range, even size) as planes in BT.709 limited range.

    Chroma samples lie where H.264 has them: beside the left of two columns, between two rows.
    """
    yuv = np.asarray(cv2.transform(picture.astype(np.float32), _BGR_TO_YUV), np.float32)
    return _levels(yuv[..., 0]), _levels(_quartered(yuv[..., 1])), _levels(_quartered(yuv[..., 2]))


_BGR_TO_YUV = np.array(
    [
        [0.0722 * 219 / 255, 0.7152 * 219 / 255, 0.2126 * 219 / 255, 16],
        [0.5 * 224 / 255, -0.7152 / 1.8556 * 224 / 255, -0.2126 / 1.8556 * 224 / 255, 128],
        [-0.0722 / 1.5748 * 224 / 255, -0.7152 / 1.5748 * 224 / 255, 0.5 * 224 / 255, 128],
    ],
    np.float32,
)
"""ITU-R BT.709, 8 bit limited range."""


def _quartered(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = np.array([0.25, 0.5, 0.25], np.float32), np.array([0.5, 0.5], np.float32)
    smooth = cv2.sepFilter2D(plane, -1, across, down, anchor=(1, 0), borderType=cv2.BORDER_REPLICATE)
    return smooth[::2, ::2].astype(np.float32, copy=False)


def _levels(plane: NDArray[np.float32]) -> Plane:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


class Canvas:
    """One frame's memory, painted and handed to the encoder again and again: encoders copy what they are given."""

    def __init__(self, format_: Format) -> None:
        self.frame = av.VideoFrame(format_.width, format_.height, "yuv420p")
        self.planes = views(self.frame)
        for plane, level in zip(self.planes, BLACK, strict=True):
            plane[:] = level
