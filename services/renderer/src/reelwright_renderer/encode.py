"""From painted frames to one H.264 segment: closed GOPs, constant rate, BT.709, the same headers in every segment."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import cast

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from reelwright_chassis.errors import ReelwrightError
from reelwright_renderer.frames import Canvas
from reelwright_renderer.timeline import Format

X264, NVENC = "libx264", "h264_nvenc"
BT709, LIMITED = 1, 1
B_FRAMES = 2
PICTURES_VERSION = 1
"""Raise it with every change of code that changes pictures: segments made before are then not used again."""

NO_EDIT_LIST = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}
"""MP4 as the platforms ask for it: the index first, and times that start at 0 by themselves."""


class EncoderFailed(ReelwrightError):
    """The encoder gave up in the middle; another one may do it."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """One way to encode. `preset` is x264's; `crf` is its constant quality, and NVENC's constant quantiser."""

    name: str = X264
    preset: str = "veryfast"
    crf: int = 20
    maxrate_kbps: int = 10_000

    def identity(self) -> dict[str, object]:
        """What, beside the pictures, decides the encoded bytes' kind: part of every segment's name."""
        libraries = {name: version(name) for name in ("av", "opencv-python-headless", "numpy")}
        return {**asdict(self), **libraries, "pictures": PICTURES_VERSION}

    def options(self, format_: Format) -> dict[str, str]:
        rate = {"maxrate": f"{self.maxrate_kbps}k", "bufsize": f"{2 * self.maxrate_kbps}k", "bf": str(B_FRAMES)}
        shared = {**rate, "g": str(format_.gop), "profile": "high", "flags": "+cgop"}
        if self.name == NVENC:
            quality = {"preset": "p5", "rc": "vbr", "cq": str(self.crf + 2), "no-scenecut": "1", "strict_gop": "1"}
            return {**shared, **quality, "b_ref_mode": "disabled", "b": "0"}
        steady = {"sc_threshold": "0", "keyint_min": str(format_.gop), "b-pyramid": "none"}
        return {**shared, **steady, "preset": self.preset, "crf": str(self.crf)}


def configure(codec: VideoCodecContext, format_: Format, threads: int) -> None:
    """Size, rate and colours; the same for a stream and for a probe."""
    codec.width, codec.height, codec.pix_fmt = format_.width, format_.height, "yuv420p"
    codec.framerate = Fraction(format_.fps)
    codec.time_base = Fraction(1, format_.fps)
    codec.thread_count = threads
    codec.color_range, codec.colorspace = LIMITED, BT709
    codec.color_primaries, codec.color_trc = BT709, BT709


def add_stream(container: av.container.OutputContainer, encoder: Encoder, format_: Format, threads: int) -> VideoStream:
    stream = cast(VideoStream, container.add_stream(encoder.name, rate=format_.fps, options=encoder.options(format_)))
    configure(stream.codec_context, format_, threads)
    return stream


def encode_segment(
    path: Path, frames: Iterable[Canvas], encoder: Encoder, format_: Format, *, threads: int = 1
) -> None:
    """Write `frames`, in order, as one MP4 of whole closed GOPs. Raises EncoderFailed."""
    try:
        with av.open(str(path), "w", format="mp4", options=NO_EDIT_LIST) as container:
            stream = add_stream(container, encoder, format_, threads)
            for number, canvas in enumerate(frames):
                canvas.frame.pts = number
                container.mux(stream.encode(canvas.frame))
            container.mux(stream.encode())
    except FFmpegError as error:
        raise EncoderFailed(f"{encoder.name}: {error}") from error


def available(encoders: Iterable[Encoder], format_: Format) -> tuple[Encoder, ...]:
    """Those that this machine has, in their order."""
    return tuple(encoder for encoder in encoders if opens(encoder, format_))


def opens(encoder: Encoder, format_: Format) -> bool:
    """Whether this machine has the encoder: NVENC is listed everywhere and refuses at `open` where no GPU answers."""
    try:
        codec = cast(VideoCodecContext, VideoCodecContext.create(encoder.name, "w"))
        configure(codec, format_, threads=1)
        codec.options = encoder.options(format_)
        codec.open()
    except (FFmpegError, ValueError):
        return False
    return True
