"""Gives every word of a passage its time: by forced alignment where that works, else from its hint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reelwright_transcription.audio import Recording, Samples, Span, covered_s
from reelwright_transcription.passages import Passage, PassageWord

_MOST_UNSPOKEN = 0.3
"""Share of words without English spelling from which on a passage is not for an English aligner."""
_SHORTEST_SPLIT_S = 4.0
_MIN_WORD_S = 0.04


class ForcedAligner(Protocol):
    def align(self, samples: Samples, tokens: Sequence[str], *, wide: bool = False) -> list[Span] | None:
        """Where each token is, in seconds from the first sample; None when the sound does not fit them."""


@dataclass(frozen=True, slots=True)
class AlignedWord:
    text: str
    span: Span
    confidence: float
    hidden: bool
    exact: bool
    """True when the time comes from alignment."""


def align_passage(
    recording: Recording,
    speech: Sequence[Span],
    passage: Passage,
    aligner: ForcedAligner | None,
    *,
    whole: bool = True,
) -> list[AlignedWord]:
    """Times for all words of the passage, in order.

    A passage that does not align is tried with wide beams, which find an unusual voice, then halved at a pause, down
    to four seconds: that keeps the damage of a wrong word small. What still does not align keeps its hints, moved
    earlier by what is known of their lateness and clipped to speech.
    """
    if aligner is None or not _is_spelled(passage.words):
        return _hinted(passage, speech)
    spans = _forced(recording, passage, aligner, wide=False)
    if spans is None and whole:
        spans = _forced(recording, passage, aligner, wide=True)
    if spans is not None:
        return [_aligned(word, span) for word, span in zip(passage.words, spans, strict=True)]
    halves = _halves(passage)
    if not halves:
        return _hinted(passage, speech)
    return [word for half in halves for word in align_passage(recording, speech, half, aligner, whole=False)]


def _is_spelled(words: Sequence[PassageWord]) -> bool:
    return sum(not word.tokens for word in words) <= _MOST_UNSPOKEN * len(words)


def _aligned(word: PassageWord, span: Span) -> AlignedWord:
    return AlignedWord(word.text, span, word.confidence, word.hidden, exact=True)


def _forced(recording: Recording, passage: Passage, aligner: ForcedAligner, *, wide: bool) -> list[Span] | None:
    """The words' spans in the recording. Words without tokens are put between their neighbours."""
    tokens = [token for word in passage.words for token in word.tokens]
    found = aligner.align(recording.cut(passage.window), tokens, wide=wide)
    if found is None:
        return None
    offset_s = passage.window.start_s
    moved = iter([Span(span.start_s + offset_s, span.end_s + offset_s) for span in found])
    spans: list[Span | None] = []
    for word in passage.words:
        parts = [next(moved) for _ in word.tokens]
        spans.append(Span(parts[0].start_s, parts[-1].end_s) if parts else None)
    return _filled(spans, passage.window)


def _filled(spans: Sequence[Span | None], window: Span) -> list[Span]:
    """Runs of unknown spans share the time between their known neighbours evenly."""
    filled: list[Span] = []
    for i, span in enumerate(spans):
        if span is not None:
            filled.append(span)
            continue
        start_s = filled[-1].end_s if filled else window.start_s
        following = next((j for j in range(i, len(spans)) if spans[j] is not None), len(spans))
        known = spans[following] if following < len(spans) else None
        end_s = known.start_s if known is not None else window.end_s
        share_s = max(_MIN_WORD_S, (end_s - start_s) / (following - i))
        filled.append(Span(start_s, start_s + share_s))
    return filled


def _halves(passage: Passage) -> list[Passage]:
    """Two passages, cut at the longest pause between hints in the middle half; none when it is too short to cut."""
    words = passage.words
    if passage.window.duration_s < 2 * _SHORTEST_SPLIT_S or len(words) < 4:
        return []
    middle = range(max(1, len(words) // 4), len(words) - len(words) // 4)
    at = max(middle, key=lambda i: words[i].hint.start_s - words[i - 1].hint.end_s)
    pause = Span(words[at - 1].hint.end_s, words[at].hint.start_s)
    at_s = (pause.start_s + pause.end_s) / 2 - passage.late_s
    if not passage.window.start_s + 1 < at_s < passage.window.end_s - 1:
        return []
    return [
        Passage(Span(passage.window.start_s, at_s), words[:at], passage.late_s),
        Passage(Span(at_s, passage.window.end_s), words[at:], passage.late_s),
    ]


def _hinted(passage: Passage, speech: Sequence[Span]) -> list[AlignedWord]:
    return [
        AlignedWord(word.text, _clipped(word.hint, passage.late_s, speech), word.confidence, word.hidden, exact=False)
        for word in passage.words
    ]


def _clipped(hint: Span, late_s: float, speech: Sequence[Span]) -> Span:
    """The hint, earlier by `late_s`, without the pauses that a recogniser lets a word swallow."""
    moved = Span(max(0.0, hint.start_s - late_s), max(_MIN_WORD_S, hint.end_s - late_s))
    if not covered_s(moved, speech):
        return moved
    spoken = max(speech, key=moved.overlap_s)
    return Span(max(moved.start_s, spoken.start_s), min(moved.end_s, spoken.end_s))


def in_order(words: Sequence[AlignedWord], duration_s: float) -> list[AlignedWord]:
    """The same with starts that never go back, no overlaps, nothing outside the recording and no empty word."""
    ordered: list[AlignedWord] = []
    now_s = 0.0
    for word in words:
        start_s = min(max(word.span.start_s, now_s), max(0.0, duration_s - _MIN_WORD_S))
        end_s = min(max(word.span.end_s, start_s + _MIN_WORD_S), duration_s)
        ordered.append(AlignedWord(word.text, Span(start_s, end_s), word.confidence, word.hidden, word.exact))
        now_s = end_s
    return ordered
