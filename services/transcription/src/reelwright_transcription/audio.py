"""What every step works on: a decoded recording and stretches of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz. What Whisper, Silero and PocketSphinx were trained at."""

Samples: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch in seconds from the recording's first sample; the end is exclusive."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def overlap_s(self, other: "Span") -> float:
        """Seconds that both have in common."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True)
class Recording:
    """Mono sound at `SAMPLE_RATE`, whole in memory: ten minutes are 19 MB.

    `duration_s` is the true length of the source, counted in its own samples. `damaged_packets` could not be decoded.
    """

    samples: Samples
    duration_s: float
    damaged_packets: int = 0

    def cut(self, span: Span) -> Samples:
        return self.samples[int(span.start_s * SAMPLE_RATE) : int(span.end_s * SAMPLE_RATE)]

    @cached_property
    def whole(self) -> Span:
        return Span(0.0, self.duration_s)

    @cached_property
    def loudest_dbfs(self) -> float:
        """RMS level of the loudest tenth of a second; -120 for digital silence."""
        frame = SAMPLE_RATE // 10
        tail = np.zeros(-len(self.samples) % frame, np.int16)
        frames = np.concatenate([self.samples, tail]).reshape(-1, frame).astype(np.float32) / 32768
        rms = float(np.sqrt((frames**2).mean(axis=1).max(initial=0.0)))
        return 20 * float(np.log10(max(rms, 1e-6)))

    def levelled(self, *, target_dbfs: float = -14.0, most_db: float = 40.0) -> "Recording":
        """The same at a level that detectors expect: quiet recordings are raised so that their loudest tenth of a
        second reaches `target_dbfs`, by at most `most_db`; loud ones stay as they are.
        """
        gain_db = min(target_dbfs - self.loudest_dbfs, most_db)
        if gain_db <= 3:
            return self
        raised = self.samples.astype(np.float32) * 10 ** (gain_db / 20)
        return Recording(np.clip(raised, -32768, 32767).astype(np.int16), self.duration_s, self.damaged_packets)


def to_float(samples: Samples) -> NDArray[np.float32]:
    """Full scale is 1."""
    return samples.astype(np.float32) / np.float32(32768)


def merge_spans(spans: Iterable[Span], *, closer_than_s: float = 0.0) -> list[Span]:
    """Sorted spans; those that overlap or leave a gap under `closer_than_s` become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_s - merged[-1].end_s <= closer_than_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return merged


def covered_s(span: Span, spans: Sequence[Span]) -> float:
    """Seconds of `span` that lie in `spans`, which do not overlap one another."""
    return sum(span.overlap_s(other) for other in spans)
