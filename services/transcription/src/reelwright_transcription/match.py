"""Matches a given text to what the recogniser heard, so that every given word gets a place in the sound.

The given words win over what was heard in their place. Words that were heard and are not in the text go along hidden,
so that the aligner finds their sound taken. Runs of given words that were not spoken are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from reelwright_transcription.audio import Span, covered_s
from reelwright_transcription.edit_path import edit_path
from reelwright_transcription.engines.port import Heard, HeardWord
from reelwright_transcription.passages import WHISPER_LATE_S, Passage, PassageWord
from reelwright_transcription.spell import spell

_UNSPOKEN_RUN = 3
_FASTEST_S_PER_WORD = 0.15


@dataclass(frozen=True, slots=True)
class Match:
    """`found`: share (0..1) of the given text that was heard, at least two words in a row.
    `unspoken`: how many given words were left out.
    """

    passages: tuple[Passage, ...]
    found: float
    unspoken: int


@dataclass(slots=True)
class _Place:
    """A word in the merged order and the heard words that it stands for: none when only the text has it."""

    text: str
    hidden: bool = False
    heard: list[HeardWord] = field(default_factory=list)

    @property
    def start_s(self) -> float:
        return self.heard[0].start_s

    @property
    def end_s(self) -> float:
        return self.heard[-1].end_s


def match(given: Sequence[str], heard: Sequence[Heard], speech: Sequence[Span]) -> Match:
    """Pure. `given` are the words of the text, `speech` is where somebody speaks."""
    listened = [word for one in heard for word in one.words]
    if not listened:
        return Match((), 0.0, len(given))
    left = [(i, token) for i, text in enumerate(given) for token in _tokens(text)]
    right = [(j, token) for j, word in enumerate(listened) for token in _tokens(word.text)]
    path = edit_path([token for _, token in left], [token for _, token in right])
    links = [(None if a is None else left[a][0], None if b is None else right[b][0]) for a, b in path]
    places = _merged(given, listened, links)
    kept = list(_without_unspoken(places, speech))
    same = [(a, b) for a, b in path if a is not None and b is not None and left[a][1] == right[b][1]]
    return Match(_passages(kept, heard), _in_runs(same, len(left)), len(places) - len(kept))


def _tokens(text: str) -> tuple[str, ...]:
    """What is compared: spoken English words, or for other scripts the bare word."""
    return spell(text) or ("".join(c for c in text.lower() if c.isalnum()),)


def _in_runs(same: Sequence[tuple[int, int]], length: int) -> float:
    """Share of the left tokens that are the same, and a neighbour too; single hits may be chance ("the", "and")."""
    if length < 2:
        return float(bool(same))
    pairs = set(same)
    return sum((a - 1, b - 1) in pairs or (a + 1, b + 1) in pairs for a, b in same) / length


def _merged(
    given: Sequence[str], listened: Sequence[HeardWord], links: Sequence[tuple[int | None, int | None]]
) -> list[_Place]:
    """Given words and, hidden, the heard words that stand for none of them, in the order of the sound."""
    paired = {j for i, j in links if i is not None}
    places: dict[tuple[str, int], _Place] = {}
    for i, j in links:
        if i is not None:
            place = places.setdefault(("given", i), _Place(given[i]))
            if j is not None:
                place.heard.append(listened[j])
        elif j is not None and j not in paired:
            places.setdefault(("heard", j), _Place(listened[j].text, hidden=True, heard=[listened[j]]))
    return list(places.values())


def _without_unspoken(places: Sequence[_Place], speech: Sequence[Span]) -> Iterator[_Place]:
    """Leaves out runs of three or more words that were not heard and for which there is no speech left."""
    before_s = 0.0
    position = 0
    for silent, group in groupby(places, key=lambda place: not place.heard):
        run = list(group)
        position += len(run)
        if silent:
            after_s = places[position].start_s if position < len(places) else float("inf")
            free_s = covered_s(Span(before_s, after_s), speech)
            if len(run) >= _UNSPOKEN_RUN and free_s < _FASTEST_S_PER_WORD * len(run):
                continue
        else:
            before_s = run[-1].end_s
        yield from run


def _passages(places: Sequence[_Place], heard: Sequence[Heard]) -> tuple[Passage, ...]:
    """The words by window, with hints; windows without a shown word are left out."""
    hints = _hints(places, heard[-1].window.end_s)
    words = [_word(place, hint) for place, hint in zip(places, hints, strict=True)]
    numbered = [(_window(hint, heard), word) for hint, word in zip(hints, words, strict=True)]
    passages = []
    for window, group in groupby(numbered, key=lambda one: one[0]):
        members = tuple(word for _, word in group)
        if not all(word.hidden for word in members):
            passages.append(Passage(heard[window].window, members, WHISPER_LATE_S))
    return tuple(passages)


def _word(place: _Place, hint: Span) -> PassageWord:
    confidence = place.heard[0].confidence if place.hidden else 1.0
    return PassageWord(place.text, spell(place.text), hint, confidence, place.hidden)


def _hints(places: Sequence[_Place], end_s: float) -> list[Span]:
    """Where each word is roughly. Words that were not heard share the time between their neighbours."""
    hints: list[Span] = []
    for i, place in enumerate(places):
        if place.heard:
            hints.append(Span(place.start_s, place.end_s))
            continue
        before_s = hints[-1].end_s if hints else 0.0
        following = next((j for j in range(i, len(places)) if places[j].heard), len(places))
        after_s = places[following].start_s if following < len(places) else end_s
        share_s = max(0.0, after_s - before_s) / (following - i)
        hints.append(Span(before_s, before_s + share_s))
    return hints


def _window(hint: Span, heard: Sequence[Heard]) -> int:
    """The first window that ends after the middle of the hint."""
    middle_s = (hint.start_s + hint.end_s) / 2
    return next((i for i, one in enumerate(heard) if one.window.end_s > middle_s), len(heard) - 1)
