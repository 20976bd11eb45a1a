"""Loudness and true peak by ITU-R BS.1770 / EBU R 128, as libavfilter's ebur128 measures them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.error import BlockingIOError as NotYet
from av.error import EOFError as AtEnd
from av.filter import Graph

from reelwright_renderer.audio.recording import RATE, Samples

SILENCE_DB = -70.0
"""The absolute gate of BS.1770: what is quieter, or shorter than a gating block of 0.4 s, has no loudness."""


@dataclass(frozen=True, slots=True)
class Level:
    """Integrated loudness in LUFS and true peak in dBTP; not below `SILENCE_DB`."""

    lufs: float
    dbtp: float


def measure(sound: Samples) -> Level:
    """The level of stereo sound at 48 kHz."""
    read: dict[str, str] = {}
    for metadata in _readings(sound):
        read = metadata or read
    loudness, peak = float(read.get("lavfi.r128.I", SILENCE_DB)), float(read.get("lavfi.r128.true_peak", 0))
    return Level(lufs=max(loudness, SILENCE_DB), dbtp=decibels(peak))


def decibels(ratio: float) -> float:
    return max(20 * float(np.log10(ratio)), SILENCE_DB) if ratio > 0 else SILENCE_DB


def factor(db: float) -> float:
    return float(10 ** (db / 20))


def _readings(sound: Samples) -> Iterator[dict[str, str]]:
    graph = _graph()
    for first in range(0, sound.shape[1], RATE):
        graph.push(_frame(sound[:, first : first + RATE], first))
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _graph() -> Graph:
    graph = Graph()
    graph.threads = 1
    graph.link_nodes(
        graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE)),
        graph.add("ebur128", "peak=true:framelog=quiet:metadata=1"),
        graph.add("abuffersink"),
    ).configure()
    return graph


def _frame(block: Samples, first: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
    return frame


def _pulled(graph: Graph) -> Iterator[dict[str, str]]:
    while True:
        try:
            yield graph.pull().metadata
        except (NotYet, AtEnd):
            return
