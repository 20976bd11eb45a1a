"""What tests of transcription share: recordings whose words are known, and a way to write sound in any format."""

import difflib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from reelwright.events.v1.media_pb2 import Word
from reelwright_transcription.audio import SAMPLE_RATE, Samples
from reelwright_transcription.spell import spell


@dataclass(frozen=True, slots=True)
class Known:
    """A recording, its text, and the true start of each word in seconds (None where it is not known)."""

    audio: Path
    text: str
    starts: tuple[tuple[str, float | None], ...]

    @classmethod
    def load(cls, audio: Path, text: Path, truth: Path) -> Self:
        rows = json.loads(truth.read_text(encoding="utf-8"))["words"]
        return cls(audio, text.read_text(encoding="utf-8"), tuple((row[0], row[1]) for row in rows))

    def start_errors_s(self, words: Iterable[Word]) -> list[float]:
        """How much later than the truth each word starts that is both known and found."""
        found = list(words)
        ours, theirs = [spell(text) for text, _ in self.starts], [spell(word.text) for word in found]
        blocks = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
        pairs = [(self.starts[b.a + i][1], found[b.b + i].start_s) for b in blocks for i in range(b.size)]
        return [start_s - truth_s for truth_s, start_s in pairs if truth_s is not None]


def write_audio(
    path: Path, samples: Samples, *, muxer: str, codec: str, rate: int = SAMPLE_RATE, layout: str = "mono"
) -> Path:
    """16 kHz mono samples as a file of that container, codec, rate and layout."""
    with av.open(str(path), "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no codec for sound")
        for frame in _frames(samples, stream):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _frames(samples: Samples, stream: AudioStream) -> Iterator[AudioFrame]:
    whole = AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
    whole.sample_rate = SAMPLE_RATE
    resampler, fifo = AudioResampler(stream.format, stream.layout, stream.rate), AudioFifo()
    for frame in [*resampler.resample(whole), *resampler.resample(None)]:
        frame.pts = None
        fifo.write(frame)
    yield from fifo.read_many(stream.codec_context.frame_size or 1024, partial=True)


def crash(_: object) -> bytes:
    """Ends the process as a fault in native code does."""
    os.abort()
