"""A choice becomes a file: an H.264 MP4 with a silent AAC track, or a JPEG."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from .choose import Choice
from .paint import Canvas, Frame
from .palettes import PALETTES
from .registry import LOOKS
from .scene import Look

MIN_SIDE_PX = 64
MAX_DURATION_S = 15.0  # the looks' margins serve so long; Kling's clips are no longer
_STILL_AT_S = 3.0  # a moment when every look has unfolded
_AUDIO_RATE_HZ = 48_000
_AUDIO_FRAME = 1024
_JPEG_QUALITY = 93

Progress = Callable[[float], None]  # called with the share done, 0..1, after every frame


def look_for(choice: Choice, *, seed: int, width: int, height: int) -> Look:
    """The look of `choice`, ready to draw. Raises ValueError for a size or a choice that cannot be drawn."""
    if min(width, height) < MIN_SIDE_PX or width % 2 or height % 2:
        raise ValueError(
            f"A picture is at least {MIN_SIDE_PX} pixels a side, in even numbers; {width}x{height} is not."
        )
    spec = LOOKS.get(choice.look)
    if spec is None or choice.palette not in spec.palettes or choice.variant not in spec.variants:
        raise ValueError(f"{choice} is not one of the looks.")
    cv2.setNumThreads(1)
    return spec.make(Canvas(width, height), PALETTES[choice.palette], seed, choice.variant)


def render_clip(
    path: Path,
    choice: Choice,
    *,
    seed: int,
    width: int,
    height: int,
    duration_s: float,
    fps: int = 24,
    crf: int = 20,
    mark: str | None = None,
    audio: bool = True,
    progress: Progress | None = None,
) -> None:
    """Write an MP4 of `duration_s` (over 0, at most 15) to `path`: H.264 High, yuv420p, BT.709 limited, moov first.

    `audio` adds a silent stereo AAC track as long as the picture; `mark` writes a small text into a corner. One core,
    about real time at 720x1280. `path` appears whole or not at all. Raises ValueError for what cannot be drawn.
    """
    if not 0 < duration_s <= MAX_DURATION_S:
        raise ValueError(f"A clip is over 0 and at most {MAX_DURATION_S:g} s long; {duration_s:g} s is not.")
    look = look_for(choice, seed=seed, width=width, height=height)
    count = max(1, round(duration_s * fps))
    stamp = _Stamp(mark, Canvas(width, height)) if mark else None
    partial = path.with_name(path.name + ".part")
    try:
        with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            video = _video_stream(container, width, height, fps, crf)
            sound = _audio_stream(container) if audio else None
            for index in range(count):
                frame = look.frame(index / fps)
                _encode(container, video, stamp.press(frame) if stamp else frame, index)
                if progress:
                    progress((index + 1) / count)
            container.mux(video.encode())
            if sound:
                _encode_silence(container, sound, round(count * _AUDIO_RATE_HZ / fps))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def render_still(path: Path, choice: Choice, *, seed: int, width: int, height: int, mark: str | None = None) -> None:
    """Write a JPEG to `path`: a moment out of the clip that the same choice and seed make, whatever the sizes."""
    frame = look_for(choice, seed=seed, width=width, height=height).frame(_STILL_AT_S)
    if mark:
        frame = _Stamp(mark, Canvas(width, height)).press(frame)
    done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ValueError(f"A {width}x{height} picture could not be encoded as JPEG.")
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(data.tobytes())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _video_stream(container: OutputContainer, width: int, height: int, fps: int, crf: int) -> VideoStream:
    options = {"preset": "veryfast", "crf": str(crf), "profile": "high"}
    stream: VideoStream = container.add_stream("libx264", rate=fps, options=options)
    context = stream.codec_context
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context.thread_count = 1
    context.time_base = Fraction(1, fps)
    context.color_range = int(ColorRange.MPEG)
    context.colorspace = int(Colorspace.ITU709)
    context.color_primaries = int(ColorPrimaries.BT709)
    context.color_trc = int(ColorTrc.BT709)
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    stream: AudioStream = container.add_stream("aac", rate=_AUDIO_RATE_HZ, layout="stereo")
    stream.bit_rate = 64_000
    return stream


def _encode(container: OutputContainer, stream: VideoStream, image: Frame, index: int) -> None:
    frame = av.VideoFrame.from_ndarray(image, format="bgr24")
    frame = frame.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
    frame.pts, frame.time_base = index, stream.codec_context.time_base
    container.mux(stream.encode(frame))


def _encode_silence(container: OutputContainer, stream: AudioStream, samples: int) -> None:
    for start in range(0, samples, _AUDIO_FRAME):
        count = min(_AUDIO_FRAME, samples - start)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, count), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = _AUDIO_RATE_HZ, start, Fraction(1, _AUDIO_RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


class _Stamp:
    """A small text in the lower right corner, light with a dark edge so that it reads on everything."""

    def __init__(self, text: str, canvas: Canvas) -> None:
        scale = 0.62 * canvas.unit
        stroke = max(1, math.ceil(1.6 * canvas.unit))
        (wide, tall), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, stroke)
        margin = max(3, round(22 * canvas.unit))
        self._rows = slice(max(0, canvas.height - margin - tall - below - 2), canvas.height)
        origin = (canvas.width - margin - wide, self._rows.stop - self._rows.start - margin)
        shape = (self._rows.stop - self._rows.start, canvas.width)
        covers = []
        for opacity, width in ((115, stroke + 2), (190, stroke)):
            cover = np.zeros(shape, np.uint8)
            cv2.putText(cover, text, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, (opacity,), width, cv2.LINE_AA)
            covers.append(cover[..., None].astype(np.float32) / 255)
        self._edge, self._ink = covers

    def press(self, frame: Frame) -> Frame:
        """The frame, marked in place."""
        corner = frame[self._rows].astype(np.float32)
        corner *= 1 - self._edge
        corner += (255 - corner) * self._ink
        frame[self._rows] = corner.astype(np.uint8)
        return frame
