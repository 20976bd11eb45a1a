"""What is to be aligned: words with rough times, in windows of sound."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from reelwright_transcription.audio import Span
from reelwright_transcription.engines.port import Heard, HeardWord
from reelwright_transcription.spell import spell
from reelwright_transcription.spread import spread


@dataclass(frozen=True, slots=True)
class PassageWord:
    """A caption's word and how it is spoken. `hint` is where it is roughly; `hidden` words are heard but not shown."""

    text: str
    tokens: tuple[str, ...]
    hint: Span
    confidence: float
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that are spoken in `window`, in order. `late_s`: how much later than the truth their hints usually are."""

    window: Span
    words: tuple[PassageWord, ...]
    late_s: float = 0.0


WHISPER_LATE_S = 0.1
"""Whisper's word times come that much late (median over 62 words with known times)."""


def heard_passages(heard: Iterable[Heard]) -> list[Passage]:
    """The recogniser's own words, as they stand."""
    return [
        Passage(one.window, tuple(_word(word) for word in one.words), WHISPER_LATE_S if one.timed else 0.0)
        for one in heard
        if one.words
    ]


def _word(word: HeardWord) -> PassageWord:
    return PassageWord(word.text, spell(word.text), Span(word.start_s, word.end_s), word.confidence)


def cue_passages(words: Iterable[tuple[str, Span]]) -> list[Passage]:
    """Words with the time of the subtitle that each stands in, which they share."""
    return [
        _cue_passage(cue, [text for text, _ in members]) for cue, members in groupby(words, key=lambda word: word[1])
    ]


def _cue_passage(cue: Span, texts: list[str]) -> Passage:
    spans = spread(texts, [cue])
    words = (PassageWord(text, spell(text), span, 1.0) for text, span in zip(texts, spans, strict=True))
    return Passage(cue, tuple(words))
