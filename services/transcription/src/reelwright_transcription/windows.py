"""Cuts a recording into windows that recogniser and aligner can take at once, at pauses."""

import math
from collections.abc import Sequence

from reelwright_transcription.audio import SAMPLE_RATE, Recording, Span, to_float

MAX_WINDOW_S = 28.0
"""Whisper hears 30 s at a time; the rest is for the silence around the speech."""
_GOOD_PAUSE_S = 0.7
"""A sentence has ended where somebody pauses that long."""
_MARGIN_S = 0.3
"""Silence kept before and after the speech of a window, as far as the pause has it."""


def windows(recording: Recording, speech: Sequence[Span], *, max_s: float = MAX_WINDOW_S) -> list[Span]:
    """Consecutive, disjoint windows that hold all of `speech`, each at most `max_s` and two margins long."""
    pieces = [piece for span in speech for piece in _pieces(recording, span, max_s)]
    groups = _groups(pieces, max_s)
    return [_with_margins(groups, i, recording.duration_s) for i in range(len(groups))]


def _pieces(recording: Recording, span: Span, max_s: float) -> list[Span]:
    """A span longer than `max_s` (somebody who never breathes) is cut where it is quietest."""
    pieces: list[Span] = []
    while span.duration_s > max_s:
        at_s = _quietest_s(recording, Span(span.start_s + max_s * 0.6, span.start_s + max_s))
        pieces.append(Span(span.start_s, at_s))
        span = Span(at_s, span.end_s)
    return [*pieces, span]


def _quietest_s(recording: Recording, within: Span) -> float:
    """The middle of the quietest twentieth of a second."""
    width = SAMPLE_RATE // 20
    samples = to_float(recording.cut(within))
    frames = samples[: len(samples) // width * width].reshape(-1, width)
    return within.start_s + (int((frames**2).mean(axis=1).argmin()) + 0.5) * width / SAMPLE_RATE


def _groups(pieces: Sequence[Span], max_s: float) -> list[Span]:
    """The cheapest way to put consecutive pieces into windows (dynamic programming over the last cut)."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        ways = []
        for first in range(end - 1, -1, -1):
            length_s = pieces[end - 1].end_s - pieces[first].start_s
            if length_s > max_s and first < end - 1:
                break
            pause_s = pieces[first].start_s - pieces[first - 1].end_s if first else math.inf
            ways.append((best[first][0] + _cost(length_s / max_s, pause_s), first))
        best.append(min(ways))
    return _traced(pieces, [first for _, first in best])


def _cost(fullness: float, pause_s: float) -> float:
    """Every window costs one pass; nearly empty ones and cuts at short pauses make the recogniser's work harder."""
    return 1.0 + (1.0 - fullness) ** 2 + max(0.0, 1.0 - pause_s / _GOOD_PAUSE_S)


def _traced(pieces: Sequence[Span], firsts: Sequence[int]) -> list[Span]:
    groups: list[Span] = []
    end = len(pieces)
    while end > 0:
        first = firsts[end]
        groups.append(Span(pieces[first].start_s, pieces[end - 1].end_s))
        end = first
    return groups[::-1]


def _with_margins(groups: Sequence[Span], i: int, duration_s: float) -> Span:
    before_s = groups[i].start_s - (groups[i - 1].end_s if i else 0.0)
    after_s = (groups[i + 1].start_s if i + 1 < len(groups) else duration_s) - groups[i].end_s
    start_s = groups[i].start_s - min(_MARGIN_S, before_s / (2 if i else 1))
    end_s = groups[i].end_s + min(_MARGIN_S, after_s / (2 if i + 1 < len(groups) else 1))
    return Span(max(0.0, start_s), min(duration_s, end_s))
