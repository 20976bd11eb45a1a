"""Fits decoded frames of any size, shape, pixel format and rotation to the video's frame, in one pass of swscale."""

from fractions import Fraction

import av
from av.filter import Graph
from av.video.stream import VideoStream

from reelwright_renderer.timeline import Format

BT709, UNSPECIFIED, BT601 = 1, 2, 6
"""Matrix coefficients as H.264 numbers them."""
HD_SIDE = 720


class Fit:
    """Covers the frame: the middle of the picture, cropped to the frame's shape, upright, BT.709 limited range."""

    def __init__(self, stream: VideoStream, format_: Format) -> None:
        self._stream, self._format = stream, format_
        self._graph: Graph | None = None
        self._shape: tuple[object, ...] = ()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The fitted frame, to be read only. A frame of another shape gets a new graph."""
        shape = (frame.width, frame.height, frame.format.name, frame.rotation)
        if self._graph is None or shape != self._shape:
            self._graph, self._shape = self._build(frame), shape
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = 1
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=self._stream.time_base
        )
        for name, arguments in [*upright(frame.rotation), *self._cover(frame), ("buffersink", "")]:
            node = graph.add(name, arguments or None)
            last.link_to(node)
            last = node
        graph.configure()
        return graph

    def _cover(self, frame: av.VideoFrame) -> list[tuple[str, str]]:
        turned = frame.rotation % 180 != 0
        width, height = (frame.height, frame.width) if turned else (frame.width, frame.height)
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        pixel = 1 / aspect if turned else aspect
        left, top, wide, high = cover_crop(width, height, pixel, self._format)
        size = f"{self._format.width}:{self._format.height}"
        return [
            ("crop", f"{wide}:{high}:{left}:{top}:exact=1"),
            ("scale", f"{size}:{_colours(frame)}:out_color_matrix=bt709:out_range=tv"),
            ("format", "yuv420p"),
        ]


def cover_crop(width: int, height: int, pixel_aspect: Fraction, format_: Format) -> tuple[int, int, int, int]:
    """Left, top, width and height of the largest middle part in the frame's shape. Pixels may be oblong."""
    wanted = Fraction(format_.width, format_.height) / pixel_aspect
    wide = min(width, round(height * wanted))
    high = min(height, round(width / wanted))
    return (width - wide) // 2, (height - high) // 2, max(wide, 1), max(high, 1)


def upright(rotation: int) -> list[tuple[str, str]]:
    """Filters that undo a display rotation, given in degrees counter-clockwise."""
    turns = {90: [("transpose", "cclock")], 180: [("hflip", ""), ("vflip", "")], 270: [("transpose", "clock")]}
    return turns.get(rotation % 360, [])


def _colours(frame: av.VideoFrame) -> str:
    """Exact rounding where colours are converted, which costs half as much again; and from which colours.

    Files that do not say it are BT.709 from HD on and BT.601 below, as players assume.
    """
    assumed = BT709 if min(frame.width, frame.height) >= HD_SIDE else BT601
    matrix = assumed if frame.colorspace == UNSPECIFIED else int(frame.colorspace)
    kept = matrix == BT709 and frame.format.name == "yuv420p"
    told = f":in_color_matrix={'bt709' if matrix == BT709 else 'smpte170m'}" if matrix in (BT709, BT601) else ""
    return f"flags=bicubic{'' if kept else '+accurate_rnd+full_chroma_int'}{told}"
