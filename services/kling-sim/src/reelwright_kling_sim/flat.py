"""The cheap drawing: a moving gradient, some milliseconds of work, for tests and loads that need many clips."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio import AudioStream
from av.container import OutputContainer
from av.video import VideoStream

from reelwright_kling_sim.drawing import DrawJob, draw_whole
from reelwright_kling_sim.tasks import FRAMES_PER_S

_TICKS_PER_PICTURE = FRAMES_PER_S // 2
_AUDIO_HZ = 48_000
_AUDIO_FRAME = 1024


def draw_flat(job: DrawJob) -> None:
    """Draw the job's file: two pictures a second and silence, or one JPEG. The mark is not drawn."""
    draw_whole(job, lambda path: _clip(job, path) if job.duration_s else _still(job, path))


def _still(job: DrawJob, path: Path) -> None:
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = job.width, job.height, "yuvj420p", Fraction(1)
    path.write_bytes(b"".join(bytes(packet) for packet in codec.encode(_picture(job, 0.0, "yuvj420p"))))


def _clip(job: DrawJob, path: Path) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = _video_stream(container, job)
        audio = container.add_stream("aac", rate=_AUDIO_HZ, layout="stereo")
        for packet in _video_packets(job, video):
            container.mux(packet)
        _mux_silence(container, audio, job.duration_s)


def _video_stream(container: OutputContainer, job: DrawJob) -> VideoStream:
    stream = container.add_stream("libx264", rate=FRAMES_PER_S, options={"preset": "ultrafast", "tune": "zerolatency"})
    stream.width, stream.height, stream.pix_fmt = job.width, job.height, "yuv420p"
    stream.codec_context.thread_count = 1
    stream.codec_context.time_base = Fraction(1, FRAMES_PER_S)
    return stream


def _video_packets(job: DrawJob, stream: VideoStream) -> Iterator[av.Packet[VideoStream]]:
    ticks = round(job.duration_s * FRAMES_PER_S)
    packets: list[av.Packet[VideoStream]] = []
    for at in range(0, ticks, _TICKS_PER_PICTURE):
        frame = _picture(job, at / FRAMES_PER_S, "yuv420p")
        frame.pts, frame.time_base = at, Fraction(1, FRAMES_PER_S)
        packets += stream.encode(frame)
    for packet in [*packets, *stream.encode(None)]:
        packet.duration = min(_TICKS_PER_PICTURE, ticks - (packet.pts or 0))
        yield packet


def _picture(job: DrawJob, at_s: float, pix_fmt: str) -> av.VideoFrame:
    """A gradient in the seed's two colours, whose bright band wanders down the picture."""
    width, height = job.width // 2 * 2, job.height // 2 * 2
    rows = np.arange(height, dtype=np.float32) / height
    bright = 70 + 110 * (0.5 + 0.5 * np.cos(2 * np.pi * (rows - at_s / 8 + job.seed % 97 / 97)))
    chroma_rows = height // 2
    planes: list[npt.NDArray[np.uint8]] = [_spread(bright, width)]
    for shift in (0, 8):
        colour = 80 + (job.seed >> shift) % 96
        planes.append(_spread(np.linspace(colour, 208 - colour / 2, chroma_rows), width // 2))
    data = np.concatenate([plane.ravel() for plane in planes]).reshape(height * 3 // 2, width)
    return av.VideoFrame.from_ndarray(data, format=pix_fmt)


def _spread(column: npt.NDArray[np.floating], width: int) -> npt.NDArray[np.uint8]:
    return np.repeat(column.astype(np.uint8)[:, None], width, axis=1)


def _mux_silence(container: OutputContainer, stream: AudioStream, duration_s: float) -> None:
    samples = round(duration_s * _AUDIO_HZ)
    for at in range(0, samples, _AUDIO_FRAME):
        quiet = np.zeros((2, min(_AUDIO_FRAME, samples - at)), dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(quiet, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = _AUDIO_HZ, at, Fraction(1, _AUDIO_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
