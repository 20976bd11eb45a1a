"""Planar 8-bit YUV 4:2:0 frames, BT.709 limited range: what everything is painted into and encoded from."""

from typing import cast

import av
import numpy as np

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


def empty_planes(width: int, height: int) -> Planes:
    """Unset memory for one frame of even size."""
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def copy_planes(source: Planes, target: Planes) -> None:
    for from_plane, to_plane in zip(source, target, strict=True):
        np.copyto(to_plane, from_plane)


def planes_of_bgr(picture: Plane) -> Planes:
    """A BGR picture (height x width x 3, full range, even size) as own planes in BT.709 limited range."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(
        format="yuv420p",
        dst_colorspace="ITU709",
        src_color_range="JPEG",
        dst_color_range="MPEG",
        interpolation="BICUBIC",
        threads=1,
    )
    return cast(Planes, tuple(np.ascontiguousarray(plane) for plane in views(frame)))


class Canvas:
    """One frame's memory, painted and handed to the encoder again and again: encoders copy what they are given."""

    def __init__(self, format_: Format) -> None:
        self.frame = av.VideoFrame(format_.width, format_.height, "yuv420p")
        self.planes = views(self.frame)
        for plane, level in zip(self.planes, BLACK, strict=True):
            plane[:] = level
