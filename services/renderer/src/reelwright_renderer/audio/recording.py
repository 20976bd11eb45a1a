"""Reads stretches of a recording as 48 kHz stereo; the file streams by and only what is asked for is kept."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.error import FFmpegError
from numpy.typing import NDArray

from reelwright_chassis.errors import Reject
from reelwright_renderer.media import open_media

RATE = 48_000
Samples = NDArray[np.float32]
"""Channels x samples, -1..1."""


def read_spans(path: Path, spans: Sequence[tuple[int, int]]) -> list[Samples]:
    """For each (first, end) in samples of 48 kHz from the recording's first one: that sound, 2 x (end - first).

    Silence stands for what lies outside the recording. Memory grows with the spans, never with the recording.
    """
    found = [np.zeros((2, max(end - first, 0)), np.float32) for first, end in spans]
    position, last = 0, max((end for _, end in spans), default=0)
    try:
        with open_media(path) as container:
            for block in _blocks(container):
                _copy_overlaps(block, position, spans, found)
                position += block.shape[1]
                if position >= last:
                    break
    except FFmpegError as error:
        raise Reject("recording_unreadable", f"the recording cannot be read: {error}") from error
    return found


def _copy_overlaps(block: Samples, position: int, spans: Sequence[tuple[int, int]], found: list[Samples]) -> None:
    for (first, _), kept in zip(spans, found, strict=True):
        begin = max(first, position)
        end = min(first + kept.shape[1], position + block.shape[1])
        if begin < end:
            kept[:, begin - first : end - first] = block[:, begin - position : end - position]


def _blocks(container: av.container.InputContainer) -> Iterator[Samples]:
    """The whole recording in 48 kHz stereo, block by block."""
    resampler, shape = _resampler(), None
    for frame in _frames(container):
        if shape is not None and shape != _shape(frame):
            yield from _drain(resampler)
            resampler = _resampler()
        shape = _shape(frame)
        frame.pts = None  # times are counted in samples, as in transcription: a file's own times may have gaps
        yield from (cast(Samples, part.to_ndarray()) for part in resampler.resample(frame))
    yield from _drain(resampler)


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """All of the default sound track. Broken packets are left out, and a file that breaks off ends there."""
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise Reject("recording_unreadable", "the recording has no sound track")
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError):
            return
        try:
            yield from packet.decode()
        except FFmpegError:
            continue


def _shape(frame: av.AudioFrame) -> tuple[int, str, str]:
    """What a resampler is made for; some streams change it on the way."""
    return frame.sample_rate, frame.layout.name, frame.format.name


def _resampler() -> av.AudioResampler:
    return av.AudioResampler("fltp", "stereo", RATE)


def _drain(resampler: av.AudioResampler) -> Iterator[Samples]:
    yield from (cast(Samples, part.to_ndarray()) for part in resampler.resample(None))
