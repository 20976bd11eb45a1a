"""A talk: its words in time, and what a cut between any two of them is worth."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from reelwright_planner.text import join_words


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word of the transcript, in seconds of the recording; `start_s <= end_s`."""

    text: str
    start_s: float
    end_s: float


class Cut(IntEnum):
    """How good it is to cut at a boundary; lower is better."""

    SENTENCE = 0
    CLAUSE = 1
    WORD = 2
    NEVER = 3
    """Two words overlap here, so every cut would lie inside one of them."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The place before a word (or after the last one).

    A passage that ends here ends at `out_s`, one that begins here begins at `in_s`; playing on across it, a scene may
    change at `middle_s`. All three lie in the pause. `shortened`: playing on, the stretch from `out_s` to `in_s` is
    left out, because the pause is too long.
    """

    cut: Cut
    gap_s: float
    out_s: float
    in_s: float
    shortened: bool

    @property
    def middle_s(self) -> float:
        return self.in_s if self.shortened else (self.out_s + self.in_s) / 2


class WordRange(NamedTuple):
    """Words `first` to `end`, `end` not included."""

    first: int
    end: int


class Interval(NamedTuple):
    """A stretch of the recording, in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Talk:
    """`boundaries` has one more than `words`; `sentences` cover all words, in order."""

    words: tuple[TimedWord, ...]
    boundaries: tuple[Boundary, ...]
    sentences: tuple[WordRange, ...]
    language: str

    def text(self, words: WordRange) -> str:
        return join_words([word.text for word in self.words[words.first : words.end]])

    @property
    def whole(self) -> WordRange:
        return WordRange(0, len(self.words))
