"""Decodes a recording to mono 16 kHz, as far as its length is allowed, and measures that length on the way."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Samples
from reelwright_transcription.probe import open_recording, sound_track

MAX_DURATION_S = 600.0
_SILENT_DBFS = -65.0
"""A quiet room through a cheap microphone is louder than that; speech is 20 dB above it."""
_MOST_DAMAGE = 0.2
"""Share of packets that may be unreadable before the file counts as broken."""


def decode(path: Path, *, max_duration_s: float = MAX_DURATION_S) -> Recording:
    """The recording's sound, its first (or default) track's.

    Memory is bounded by `max_duration_s`, not by the file. Raises `Reject`: `audio_empty`, `audio_undecodable`,
    `audio_no_track`, `audio_too_long`, `audio_silent`.
    """
    with path.open("rb") as file, open_recording(file) as container:
        recording = _Decoding(container, max_duration_s).run()
    if recording.loudest_dbfs < _SILENT_DBFS:
        raise Reject("audio_silent", "The recording is silent from beginning to end.")
    return recording


class _Decoding:
    """One pass over a container's sound."""

    def __init__(self, container: InputContainer, max_duration_s: float) -> None:
        self._container = container
        self._max_duration_s = max_duration_s
        self._chunks: list[Samples] = []
        self._counts: Counter[int] = Counter()
        """Samples by their rate: adding up seconds would make sixty seconds a little longer than that."""
        self._packets = 0
        self._damaged = 0
        self._resampler = AudioResampler("s16", "mono", SAMPLE_RATE)
        self._shape: tuple[str, str, int] | None = None

    def run(self) -> Recording:
        for frame in self._frames(sound_track(self._container)):
            self._take(frame)
        self._keep(None)
        if not self._chunks:
            raise self._nothing()
        if self._damaged > max(2, _MOST_DAMAGE * self._packets):
            raise Reject("audio_undecodable", f"{self._damaged} of its {self._packets} packets cannot be decoded.")
        return Recording(np.concatenate(self._chunks), self._duration_s, self._damaged)

    @property
    def _duration_s(self) -> float:
        return sum(count / rate for rate, count in self._counts.items())

    def _nothing(self) -> Reject:
        if self._damaged:
            return Reject("audio_undecodable", "Not one of its packets can be decoded.")
        return Reject("audio_empty", "The file has a header but no sound in it.")

    def _frames(self, stream: AudioStream) -> Iterator[AudioFrame]:
        """Skips damaged packets, as players do; a file that breaks off ends there."""
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                return
            self._packets += 1
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                self._damaged += 1

    def _take(self, frame: AudioFrame) -> None:
        self._counts[frame.sample_rate] += frame.samples
        if self._duration_s > self._max_duration_s + 0.05:
            raise Reject("audio_too_long", f"The recording is longer than {self._max_duration_s / 60:g} minutes.")
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._keep(None)
            self._shape, self._resampler = shape, AudioResampler("s16", "mono", SAMPLE_RATE)
        frame.pts = None
        self._keep(frame)

    def _keep(self, frame: AudioFrame | None) -> None:
        """None takes what the resampler still holds; it gives nothing before its first frame."""
        if frame is None and self._shape is None:
            return
        self._chunks.extend(out.to_ndarray()[0] for out in self._resampler.resample(frame))
