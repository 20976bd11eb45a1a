"""Words into captions of one or two lines: the cheapest way to cut them, by shortest path over all cuts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reelwright_renderer.captions.port import CaptionWord
from reelwright_renderer.captions.scripts import CLAUSE_END, SENTENCE_END, TITLES, is_cjk, joiner
from reelwright_renderer.captions.tidying import Widths

LONGEST_PAUSE_S = 0.5
"""No caption spans a longer pause."""
_MOST_PIECES = 16
_CAPTION_COST = 0.8
_INNER_SENTENCE_COST, _INNER_CLAUSE_COST = 2.5, 0.5
_CLAUSE_CUT_COST, _PLAIN_CUT_COST = 0.25, 1.0
_AFTER_TITLE_COST = 2.5
"""Of parting "Mr." from the name."""
_LONE_WORD_COST = 2.0
_SIZE_COST = 0.06
_SPACE_EM = 0.30
_ONE_LINE_SHARE = 0.6
"""More than three words stay on one line up to this share of it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What grouping needs to know of a style on its stage."""

    width_of: Widths
    limit_px: float
    size_px: float
    max_words: int


Lines = tuple[tuple[CaptionWord, ...], ...]


def group_words(words: Sequence[CaptionWord], rules: Rules) -> list[Lines]:
    """Captions in order, each of one or two lines that fit at full size (a single wide word shrinks instead)."""
    costs = [0.0] + [math.inf] * len(words)
    begins = [0] * (len(words) + 1)
    for end in range(1, len(words) + 1):
        for first in _possible_firsts(words, end, rules):
            cost = costs[first] + _cost(words, first, end, rules)
            if cost < costs[end]:
                costs[end], begins[end] = cost, first
    captions, end = [], len(words)
    while end:
        captions.append(break_lines(words[begins[end] : end], rules))
        end = begins[end]
    return captions[::-1]


def _possible_firsts(words: Sequence[CaptionWord], end: int, rules: Rules) -> list[int]:
    """Where a caption that ends before `end` may begin."""
    firsts = [end - 1]
    for first in range(end - 2, max(-1, end - _MOST_PIECES), -1):
        if _pause_s(words, first + 1) > LONGEST_PAUSE_S or _size(words[first:end]) > rules.max_words + 0.01:
            break
        if widest_px(break_lines(words[first:end], rules), rules) > rules.limit_px:
            break
        firsts.append(first)
    return firsts


def _cost(words: Sequence[CaptionWord], first: int, end: int, rules: Rules) -> float:
    size = _size(words[first:end])
    inner = sum(_inner_cost(word.text) for word in words[first : end - 1])
    lone = _LONE_WORD_COST if size <= 1 and rules.max_words > 1 else 0.0
    return _CAPTION_COST + _cut_cost(words, end) + inner + lone + _SIZE_COST * (size - 0.8 * rules.max_words) ** 2


def _inner_cost(text: str) -> float:
    if _ends(text, SENTENCE_END):
        return _INNER_SENTENCE_COST
    return _INNER_CLAUSE_COST if _ends(text, CLAUSE_END) else 0.0


def _cut_cost(words: Sequence[CaptionWord], end: int) -> float:
    """Of ending a caption there."""
    text = words[end - 1].text
    if end < len(words) and _is_title(text):
        return _AFTER_TITLE_COST
    if end == len(words) or _pause_s(words, end) > LONGEST_PAUSE_S or _ends(text, SENTENCE_END):
        return 0.0
    return _CLAUSE_CUT_COST if _ends(text, CLAUSE_END) else _PLAIN_CUT_COST


def _pause_s(words: Sequence[CaptionWord], index: int) -> float:
    return words[index].start_s - words[index - 1].end_s


def _is_title(text: str) -> bool:
    return text.lower() in TITLES


def _ends(text: str, marks: tuple[str, ...]) -> bool:
    return not _is_title(text) and text.rstrip("\"'”’»)]」』】").endswith(marks)


def _size(words: Sequence[CaptionWord]) -> float:
    """In words; three CJK characters count as one."""
    return sum(max(0.4, len(word.text) / 3) if is_cjk(word.text[0]) else 1.0 for word in words)


def break_lines(words: Sequence[CaptionWord], rules: Rules) -> Lines:
    """One line where it is short, else the two of which the wider is narrowest, rather after punctuation."""
    if len(words) == 1 or _fits_one_line(words, rules):
        return (tuple(words),)
    breaks = range(1, len(words))
    best = min(breaks, key=lambda k: _breadth(words[:k], words[k:], rules))
    return tuple(words[:best]), tuple(words[best:])


def _fits_one_line(words: Sequence[CaptionWord], rules: Rules) -> bool:
    share = 0.98 if len(words) <= 3 else _ONE_LINE_SHARE
    return _line_px(words, rules) <= share * rules.limit_px


def _breadth(one: Sequence[CaptionWord], two: Sequence[CaptionWord], rules: Rules) -> float:
    end = one[-1].text
    wider = max(_line_px(one, rules), _line_px(two, rules))
    if wider > rules.limit_px:
        return wider * 10
    if _ends(end, SENTENCE_END + CLAUSE_END):
        return wider * 0.88
    return wider * (1.08 if len(end) <= 3 and end.isascii() else 1.0)


def widest_px(lines: Lines, rules: Rules) -> float:
    return max(_line_px(line, rules) for line in lines)


def _line_px(words: Sequence[CaptionWord], rules: Rules) -> float:
    gaps = sum(joiner(a.text, b.text) == " " for a, b in pairwise(words))
    return sum(rules.width_of(word.text) for word in words) + gaps * _SPACE_EM * rules.size_px
