"""Chooses the passages: the best sentences that together last as long as asked, by dynamic programming over words.

The order of what counts is fixed by weights a thousand apart: never inside a word (there is no such cut), then the
target, then whole sentences, then clauses; what the passages say decides only among equals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reelwright_planner.salience import is_finished, leaning, substance
from reelwright_planner.sentences import CLAUSE_PAUSE_S
from reelwright_planner.talk import Cut, Interval, Talk, WordRange

TOLERANCE_S = 1.5
"""How far the video may be from its target."""
TICK_S = 0.02
_MARGIN_S = 0.1
"""For what rounding to ticks adds up to."""
_CUT_COST = {Cut.SENTENCE: 0.0, Cut.CLAUSE: 1e3, Cut.WORD: 1e6, Cut.NEVER: np.inf}
_PASSAGE_COST = 2.5
"""What a further passage must bring, in seconds of worth 1: few long passages tell a story, many short ones none."""
_LEANING_COST = 4.0
"""Times how much the passage's first sentence leans on what is left out (0..1)."""
_LATE_OPENING_COST = 3.0
_CONCLUSION_GAIN = 5.0
"""For beginning where the talk begins and ending where it ends, greetings and thanks apart."""
_UNFINISHED_COST = 10.0
"""For ending with the recording's last words where it breaks off inside a sentence."""
_TIGHT_COST = 0.5
"""Cutting at a sentence's end without the least pause."""
_OFF_TARGET_COST = 0.3
"""Per second, inside the tolerance."""

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Selection:
    passages: tuple[WordRange, ...]
    length_s: float
    on_target: bool
    worst_cut: Cut


def choose_passages(talk: Talk, worth: Sequence[float], target_s: float) -> Selection:
    """Passages of `talk` that together last `target_s` ± 1.5 s, worth most by `worth` per second of each word.

    Where no passages last so long, those that come nearest. The talk must have words.
    """
    ranges = tuple(_Chooser(talk, worth, target_s).choose())
    return describe_selection(talk, ranges, target_s)


def describe_selection(talk: Talk, ranges: Sequence[WordRange], target_s: float) -> Selection:
    """What a choice of passages amounts to."""
    length_s = sum(interval.length_s for passage in spans(talk, ranges) for interval in passage)
    cuts = [talk.boundaries[edge].cut for passage in ranges for edge in passage]
    return Selection(tuple(ranges), length_s, abs(length_s - target_s) <= TOLERANCE_S, max(cuts, default=Cut.SENTENCE))


def spans(talk: Talk, pieces: Sequence[WordRange]) -> list[list[Interval]]:
    """What of the recording each piece plays; nothing is lost between two that touch."""
    result = []
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else None
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        start_s = _edge_s(talk, piece.first, joined=before is not None and before.end == piece.first, ends=False)
        end_s = _edge_s(talk, piece.end, joined=after is not None and after.first == piece.end, ends=True)
        result.append(_without_long_pauses(talk, piece, start_s, end_s))
    return result


def _edge_s(talk: Talk, index: int, *, joined: bool, ends: bool) -> float:
    boundary = talk.boundaries[index]
    if joined and not boundary.shortened:
        return boundary.middle_s
    return boundary.out_s if ends else boundary.in_s


def _without_long_pauses(talk: Talk, piece: WordRange, start_s: float, end_s: float) -> list[Interval]:
    intervals = []
    for index in range(piece.first + 1, piece.end):
        boundary = talk.boundaries[index]
        if boundary.shortened:
            intervals.append(Interval(start_s, boundary.out_s))
            start_s = boundary.in_s
    return [*intervals, Interval(start_s, end_s)]


class _Chooser:
    """Fills, word by word, for every length in ticks: the best choice that plays this word, and the best that does not.

    Playing as far as word i means as far as `out_s` of the boundary after it.
    """

    def __init__(self, talk: Talk, worth: Sequence[float], target_s: float) -> None:
        self.talk = talk
        self.worth = worth
        self.target_s = target_s
        self.ticks = max(2, round((target_s + TOLERANCE_S - _MARGIN_S) / TICK_S))
        shape = (len(talk.words) + 1, self.ticks)
        self.opened: Flags = np.zeros(shape, dtype=np.bool_)
        self.closed: Flags = np.zeros(shape, dtype=np.bool_)
        self.substance = substance(talk)
        self.finished = is_finished(talk)
        self.leaning = {sentence.first: leaning(talk, sentence) for sentence in talk.sentences[1:]}

    def choose(self) -> list[WordRange]:
        playing, silent = self._fill()
        best = np.maximum(playing, silent)
        tick = self._best_tick(best)
        return self._trace(tick, playing=bool(playing[tick] >= silent[tick])) if tick else [self._shortest()]

    def _fill(self) -> tuple[Scores, Scores]:
        """The final scores by length, with the last word playing and without it."""
        playing: Scores = np.full(self.ticks, -np.inf)
        silent: Scores = np.full(self.ticks, -np.inf)
        silent[0] = 0.0
        for i, worth in enumerate(self._word_worths()):
            going_on = _shift(playing, self._ticks_of(i, opening=False))
            opening = _shift(self._first_passage_cost(silent, i), self._ticks_of(i, opening=True)) - self._opening_cost(
                i
            )
            closing = playing - self._edge_cost(i) + self._closing_gain(i)
            self.opened[i + 1] = opening > going_on
            self.closed[i] = closing > silent
            playing = np.maximum(going_on, opening) + worth
            silent = np.maximum(silent, closing)
        return playing + self._closing_gain(len(self.worth)), silent

    def _word_worths(self) -> list[float]:
        boundaries = self.talk.boundaries
        return [worth * (boundaries[i + 1].out_s - boundaries[i].in_s) for i, worth in enumerate(self.worth)]

    def _ticks_of(self, i: int, *, opening: bool) -> int:
        """How much longer it gets by playing word i."""
        boundary = self.talk.boundaries[i]
        from_s = boundary.in_s if opening or boundary.shortened else boundary.out_s
        return max(0, _tick(self.talk.boundaries[i + 1].out_s) - _tick(from_s))

    def _first_passage_cost(self, silent: Scores, i: int) -> Scores:
        """Nothing has been played yet at length 0, so only the first passage begins there."""
        if i == self.substance.first:
            return silent
        silent = silent.copy()
        silent[0] -= _LATE_OPENING_COST
        return silent

    def _closing_gain(self, i: int) -> float:
        if i == len(self.worth) and not self.finished:
            return -_UNFINISHED_COST
        return _CONCLUSION_GAIN if i == self.substance.end else 0.0

    def _opening_cost(self, i: int) -> float:
        return _PASSAGE_COST + self._edge_cost(i) + _LEANING_COST * self.leaning.get(i, 0.0)

    def _edge_cost(self, i: int) -> float:
        boundary = self.talk.boundaries[i]
        tight = max(0.0, 1 - boundary.gap_s / CLAUSE_PAUSE_S)
        return _CUT_COST[boundary.cut] * (1 + tight) + tight * _TIGHT_COST

    def _best_tick(self, best: Scores) -> int:
        """The best length within the tolerance; else the nearest to it, which is the longest that there is."""
        lengths_s = np.arange(self.ticks) * TICK_S
        score = best - _OFF_TARGET_COST * np.abs(lengths_s - self.target_s)
        score[lengths_s < self.target_s - TOLERANCE_S + _MARGIN_S] = -np.inf
        if np.isfinite(score).any():
            return int(np.argmax(score))
        return int(np.flatnonzero(np.isfinite(best))[-1])

    def _trace(self, tick: int, *, playing: bool) -> list[WordRange]:
        """The passages of the choice that ends so."""
        ranges, end = [], len(self.talk.words)
        for i in range(len(self.talk.words) - 1, -1, -1):
            if playing:
                opened = bool(self.opened[i + 1, tick])
                tick -= self._ticks_of(i, opening=opened)
                if opened:
                    ranges.append(WordRange(i, end))
                    playing = False
            elif self.closed[i, tick]:
                playing, end = True, i
        return ranges[::-1]

    def _shortest(self) -> WordRange:
        """Where nothing fits, the shortest stretch that can be cut out at all."""
        cuts = [i for i, boundary in enumerate(self.talk.boundaries) if boundary.cut is not Cut.NEVER]
        stretches = (WordRange(first, end) for first, end in pairwise(cuts))
        return min(stretches, key=lambda s: self.talk.boundaries[s.end].out_s - self.talk.boundaries[s.first].in_s)


def _tick(time_s: float) -> int:
    return round(time_s / TICK_S)


def _shift(scores: Scores, ticks: int) -> Scores:
    """The scores of what is `ticks` longer; what grows too long falls off."""
    if ticks == 0:
        return scores
    shifted: Scores = np.full_like(scores, -np.inf)
    shifted[ticks:] = scores[: max(0, len(scores) - ticks)]
    return shifted
