"""Words as they can be shown: lone punctuation at its word, nothing invisible, nothing too wide for a line."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reelwright_renderer.captions.port import CaptionWord
from reelwright_renderer.captions.scripts import (
    CLAUSE_END,
    SENTENCE_END,
    hyphen_places,
    is_alphabetic,
    is_cjk,
    is_punctuation,
    is_visible,
    opens,
    part_places,
    printable,
    toggles_quotes,
)

Widths = Callable[[str], float]
"""The width of a text in px at full size."""

SMALLEST_SIZE = 0.66
"""A word that would have to shrink further is parted."""
_LONGEST_CJK = 5
_CJK_PIECE = 4
_SEPARATORS = "/-_.@&+"


def tidy(words: Iterable[CaptionWord], width_of: Widths, limit_px: float) -> list[CaptionWord]:
    """Pieces of `words` in order, each of which fits a line of `limit_px` at two thirds of the full size or more."""
    shown = [word for word in (replace(word, text=printable(word.text)) for word in words) if is_visible(word.text)]
    glued = _glue_openers(_glue_closers(shown))
    return [piece for word in glued for piece in _fit(word, width_of, limit_px / SMALLEST_SIZE)]


def _glue_closers(words: Iterable[CaptionWord]) -> list[CaptionWord]:
    """Lone closing punctuation goes to the word before it; what opens stays for the word after."""
    glued: list[CaptionWord] = []
    quotes_open = False
    for word in words:
        lone = is_punctuation(word.text)
        if lone and glued and not opens(word.text, quotes_open=quotes_open):
            glued[-1] = CaptionWord(glued[-1].text + word.text, glued[-1].start_s, word.end_s)
        else:
            glued.append(word)
        quotes_open ^= toggles_quotes(word.text)
    return glued


def _glue_openers(words: Sequence[CaptionWord]) -> list[CaptionWord]:
    """What is still lone punctuation goes to the word after it; at the very end, to the one before."""
    glued: list[CaptionWord] = []
    opening = ""
    for word in words:
        if is_punctuation(word.text):
            opening += word.text
        else:
            glued.append(replace(word, text=opening + word.text))
            opening = ""
    if opening and glued:
        glued[-1] = replace(glued[-1], text=glued[-1].text + opening)
    return glued


def _fit(word: CaptionWord, width_of: Widths, widest_px: float) -> list[CaptionWord]:
    """The word, in as many pieces as it takes; each has its share of the time."""
    at, hyphen = _part(word.text, width_of, widest_px)
    if at == 0:
        return [word]
    middle_s = word.start_s + (word.end_s - word.start_s) * at / len(word.text)
    first = CaptionWord(word.text[:at] + hyphen, word.start_s, middle_s)
    return [first, *_fit(CaptionWord(word.text[at:], middle_s, word.end_s), width_of, widest_px)]


def _part(text: str, width_of: Widths, widest_px: float) -> tuple[int, str]:
    """Where to part it and with which hyphen; 0 where it may stay whole."""
    if len(text) > _LONGEST_CJK and is_cjk(text[0]):
        return _part_cjk(text), ""
    if len(text) < 2 or width_of(text) <= widest_px:
        return 0, ""
    after_separator = [i for i in range(2, len(text) - 1) if text[i - 1] in _SEPARATORS]
    if after_separator:
        return _nearest(after_separator, text, width_of, widest_px), ""
    if is_alphabetic(text):
        places = hyphen_places(text) or part_places(text)
        return _nearest(places, text, width_of, widest_px), "-"
    return _nearest(part_places(text), text, width_of, widest_px), ""


def _part_cjk(text: str) -> int:
    """After the first clause of up to five characters, else after about four."""
    ends = [i + 1 for i, c in enumerate(text[:-1]) if c in SENTENCE_END + CLAUSE_END]
    wanted = ends[0] if ends and ends[0] <= _LONGEST_CJK else _CJK_PIECE if len(text) > 7 else len(text) // 2
    return next((place for place in part_places(text) if place >= wanted), 0)


def _nearest(places: Sequence[int], text: str, width_of: Widths, widest_px: float) -> int:
    """The place nearest the middle whose first piece fits; the first place of all where none does."""
    fitting = [place for place in places if width_of(text[:place]) <= widest_px * 0.95]
    candidates = fitting or list(places[:1])
    return min(candidates, key=lambda place: abs(place - len(text) / 2), default=0)
