"""Recordings for the tests, made from the sample or from nothing."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "docs" / "sample" / "talk.mp3"
SCRIPT = ROOT / "docs" / "sample" / "talk.txt"

# Where the sample's first and second paragraph end, in the pause behind them.
_PARAGRAPHS_END_S = (5.8, 20.4)


def opening(folder: Path, paragraphs: int) -> tuple[Path, Path]:
    """The sample's first one or two paragraphs (6 or 20 s), and their text, as `talk.wav` and `talk.txt`."""
    cut(folder / "talk.wav", seconds=_PARAGRAPHS_END_S[paragraphs - 1])
    text = "\n\n".join(SCRIPT.read_text(encoding="utf-8").split("\n\n")[:paragraphs])
    (folder / "talk.txt").write_text(text, encoding="utf-8")
    return folder / "talk.wav", folder / "talk.txt"


def cut(
    target: Path,
    *,
    seconds: float,
    codec: str = "pcm_s16le",
    rate: int = 16_000,
    layout: str = "mono",
    container: str | None = None,
) -> Path:
    """The first `seconds` of the sample, encoded anew; `container` where the name's ending does not tell it."""
    with av.open(str(SAMPLE)) as media, av.open(str(target), "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, AudioStream)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size)
        for frame in _until(media, seconds):
            for resampled in resampler.resample(frame):
                out.mux(stream.encode(resampled))
        for resampled in resampler.resample(None):
            out.mux(stream.encode(resampled))
        out.mux(stream.encode(None))
    return target


def _until(media: InputContainer, seconds: float) -> Iterator[AudioFrame]:
    for frame in media.decode(audio=0):
        if frame.time is not None and frame.time >= seconds:
            return
        yield frame


def film(target: Path, *, seconds: float) -> Path:
    """A video file: grey pictures, and the sample's first seconds as its sound."""
    with av.open(str(SAMPLE)) as media, av.open(str(target), "w") as out:
        video = out.add_stream("libx264", rate=10, width=64, height=64, pix_fmt="yuv420p")
        audio = out.add_stream("aac", rate=44_100, layout="stereo")
        for index in range(round(seconds * 10)):
            picture = av.VideoFrame.from_ndarray(np.full((96, 64), 128, np.uint8), format="yuv420p")
            picture.pts, picture.time_base = index, Fraction(1, 10)
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=44_100, frame_size=1024)
        for frame in _until(media, seconds):
            for resampled in resampler.resample(frame):
                out.mux(audio.encode(resampled))
        out.mux(audio.encode(None))
    return target


def silence(target: Path, *, seconds: float) -> Path:
    """Digital silence."""
    return _samples(target, np.zeros(round(seconds * 8000), np.int16))


def hiss(target: Path, *, seconds: float) -> Path:
    """Faint noise, for a recording that is long and quickly made."""
    noise = np.random.default_rng(1).integers(-300, 300, round(seconds * 8000), dtype=np.int16)
    return _samples(target, noise)


def _samples(target: Path, samples: NDArray[np.int16]) -> Path:
    with av.open(str(target), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target
