"""Finds where sentences and clauses end: by punctuation where the transcript has it, by pauses where it has none."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reelwright_planner.lexicon import ABBREVIATIONS, TITLES
from reelwright_planner.talk import Boundary, Cut, Talk, TimedWord, WordRange
from reelwright_planner.text import bare

CLAUSE_PAUSE_S = 0.25
"""A pause from here on is a place to cut inside a sentence."""
LONGEST_PAUSE_S = 1.2
"""A longer pause inside a passage is shortened to the padding of its two sides."""
PAD_BEFORE_S = 0.12
PAD_AFTER_S = 0.25
"""What a passage keeps of the pause around it: a breath before, the last sound's decay after."""
EDGE_PAD_S = 0.3
"""The same at both ends of the recording."""
MOST_WORDS = 60
"""A run of words without a full stop that is longer than this is divided at its pauses too."""

_CLOSERS = "\"'”’»›)]}」』】）*_"
_FULL_STOPS = ("...", ".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।", "॥", "։", "።", "៖", "។", "။", "｡")
_NUMBER = re.compile(r"^[\d.,]*\d\.$")
_INITIALS = re.compile(r"^(?:[^\W\d_]\.)+$")


def read_talk(words: Sequence[TimedWord], *, duration_s: float, language: str, whole_pauses: bool = False) -> Talk:
    """Divide `words` into sentences and weigh every boundary.

    Words without text are left out, times are brought into order and into the recording. `whole_pauses` keeps even
    the longest pauses when playing on.
    """
    tidy = _tidy(words, duration_s)
    ends = _sentence_ends(tidy)
    boundaries = _boundaries(tidy, ends, duration_s)
    if whole_pauses:
        boundaries = [replace(boundary, shortened=False) for boundary in boundaries]
    cuts = [i for i, boundary in enumerate(boundaries) if boundary.cut is Cut.SENTENCE]
    sentences = tuple(WordRange(first, end) for first, end in pairwise(cuts))
    return Talk(tuple(tidy), tuple(boundaries), sentences, language)


def _tidy(words: Sequence[TimedWord], duration_s: float) -> list[TimedWord]:
    """Non-empty words in order of their start, inside the recording, none ending before it starts."""
    spoken = sorted((word for word in words if word.text.strip()), key=lambda word: (word.start_s, word.end_s))
    tidy = []
    for word in spoken:
        start_s = min(max(word.start_s, 0.0), duration_s)
        tidy.append(TimedWord(word.text.strip(), start_s, min(max(word.end_s, start_s), duration_s)))
    return tidy


def _sentence_ends(words: Sequence[TimedWord]) -> set[int]:
    """Boundaries at which a sentence ends."""
    if not words:
        return set()
    ends = {0, len(words)}
    ends.update(i for i in range(1, len(words)) if _ends_sentence(words[i - 1], words[i]))
    for first, end in _runs(ends):
        if end - first > MOST_WORDS:
            ends.update(_pause_ends(words, first, end))
    return ends


def _runs(ends: set[int]) -> list[tuple[int, int]]:
    ordered = sorted(ends)
    return list(pairwise(ordered))


def _pause_ends(words: Sequence[TimedWord], first: int, end: int) -> list[int]:
    """Where unpunctuated speech rests: its longest pauses, about one in ten words, none under the clause pause."""
    gaps = {i: words[i].start_s - words[i - 1].end_s for i in range(first + 1, end)}
    rank = max(1, (end - first) // 10)
    threshold = max(sorted(gaps.values(), reverse=True)[min(rank, len(gaps)) - 1], CLAUSE_PAUSE_S)
    return [i for i, gap in gaps.items() if gap >= threshold]


def _ends_sentence(word: TimedWord, following: TimedWord) -> bool:
    text = word.text.rstrip(_CLOSERS)
    if not text.endswith(_FULL_STOPS):
        return False
    if not text.endswith(".") or text.endswith(".."):
        return not _begins_small(following.text)
    return _full_stop_ends_sentence(text, following, pause_s=following.start_s - word.end_s)


def _full_stop_ends_sentence(text: str, following: TimedWord, *, pause_s: float) -> bool:
    """A single full stop may also end an abbreviation, an initial or an ordinal."""
    name = bare(text)
    if name in TITLES or _begins_small(following.text):
        return False
    if name in ABBREVIATIONS or _INITIALS.match(text) or _NUMBER.match(text):
        return pause_s >= CLAUSE_PAUSE_S
    return True


def _begins_small(text: str) -> bool:
    """Whether the text goes on in lower case, which a new sentence does not (true of no script without case)."""
    letters = text.lstrip("\"'“‘„«‹([{¿¡-–—")
    return letters[:1].islower() and not re.match(r"^[a-z][A-Z]", letters)  # "iPhone" may begin a sentence


def _boundaries(words: Sequence[TimedWord], ends: set[int], duration_s: float) -> list[Boundary]:
    if not words:
        return [Boundary(Cut.SENTENCE, 0.0, 0.0, 0.0, shortened=False)]
    start_s = max(words[0].start_s - EDGE_PAD_S, 0.0)
    boundaries = [Boundary(Cut.SENTENCE, words[0].start_s, start_s, start_s, shortened=False)]
    sounding_until_s = words[0].end_s
    for index, word in enumerate(words[1:], start=1):
        boundaries.append(_inner_boundary(sounding_until_s, word.start_s, ends_sentence=index in ends))
        sounding_until_s = max(sounding_until_s, word.end_s)
    end_s = min(sounding_until_s + EDGE_PAD_S, duration_s)
    return [*boundaries, Boundary(Cut.SENTENCE, duration_s - sounding_until_s, end_s, end_s, shortened=False)]


def _inner_boundary(sounding_until_s: float, start_s: float, *, ends_sentence: bool) -> Boundary:
    gap_s = start_s - sounding_until_s
    if gap_s < 0:
        return Boundary(Cut.NEVER, gap_s, sounding_until_s, sounding_until_s, shortened=False)
    cut = Cut.SENTENCE if ends_sentence else Cut.CLAUSE if gap_s >= CLAUSE_PAUSE_S else Cut.WORD
    out_s = sounding_until_s + min(PAD_AFTER_S, gap_s / 2)
    in_s = start_s - min(PAD_BEFORE_S, gap_s / 2)
    return Boundary(cut, gap_s, out_s, max(in_s, out_s), shortened=gap_s > LONGEST_PAUSE_S)
