"""Decodes a picture or a clip from its beginning to its end: only then is it known to be one."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error

from reelwright.events.v1 import media_pb2 as media
from reelwright_chassis.errors import Reject
from reelwright_chassis.processes import CpuPool, ProcessCrashed
from reelwright_chassis.reasons import reason

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

MAX_PIXELS = 50_000_000
MAX_CLIP_S = 120.0
_LONGEST_S = 60.0
_DEMUXERS = {"image/jpeg": "jpeg_pipe", "image/png": "png_pipe", "video/mp4": "mov", "video/webm": "matroska"}


@dataclass(frozen=True, slots=True)
class Probed:
    """What was seen. `duration_s` is 0 for a still; a clip's is that of its frames, whatever its header says."""

    kind: media.AssetKind.ValueType
    width_px: int
    height_px: int
    duration_s: float


async def probe_apart(path: Path, content_type: str) -> Probed:
    """`probe` in a process of its own, that a file made to break decoders can only end itself."""
    try:
        async with asyncio.timeout(_LONGEST_S), CpuPool(workers=1) as pool:
            return await pool.run(probe, path, content_type)
    except (ProcessCrashed, TimeoutError):
        raise _rejected("picture_undecodable", "Its decoder did not come to an end.") from None


def probe(path: Path, content_type: str) -> Probed:
    """`content_type` is one of `sniff.picture_type`. Raises `Reject`: picture_undecodable, picture_too_large."""
    try:
        # Handed over as an open file with its demuxer named, so that no reference inside can make it read another.
        with path.open("rb") as file, av.open(file, "r", format=_DEMUXERS[content_type]) as container:
            return _decoded(container, still=content_type.startswith("image/"))
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError):
        raise _rejected("picture_undecodable", "It cannot be decoded to its end.") from None


def _rejected(code: str, says: str) -> Reject:
    return Reject(code, says, remedy=reason(code).remedy)


def _decoded(container: "InputContainer", *, still: bool) -> Probed:
    stream = container.streams.video[0]
    _check_pixels(stream.width, stream.height)
    frames = container.decode(stream)
    first = next(frames)
    _check_pixels(first.width, first.height)
    if still:
        return Probed(media.ASSET_KIND_STILL, first.width, first.height, 0.0)
    duration_s = _length_s(first, frames, stream)
    return Probed(media.ASSET_KIND_CLIP, first.width, first.height, duration_s)


def _check_pixels(width_px: int, height_px: int) -> None:
    if width_px * height_px > MAX_PIXELS:
        raise _rejected("picture_too_large", f"It has more than {MAX_PIXELS // 1_000_000} million pixels.")


def _length_s(first: av.VideoFrame, frames: Iterator[av.VideoFrame], stream: "VideoStream") -> float:
    begin_s = end_s = first.time or 0.0
    frame_s = float(1 / stream.average_rate) if stream.average_rate else 0.0
    for frame in frames:
        end_s = max(end_s, frame.time or 0.0)
        if end_s - begin_s > MAX_CLIP_S:
            raise _rejected("picture_too_large", f"It is longer than {MAX_CLIP_S:g} s.")
    return round(end_s - begin_s + frame_s, 6)
