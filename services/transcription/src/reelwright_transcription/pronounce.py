"""How a word that the dictionary lacks is probably pronounced: put together from words that it has.

Only good enough to find the word in the sound: "torchlight" is torch + light, "kilrush" K-I-L + rush.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

_SHORTEST_PIECE = 3
_LETTER_COST = 3.0
_PIECE_COST = 2.0

_SOUNDS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY", "tch": "CH", "sch": "SH",
    "igh": "AY", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "gh": "G", "ng": "NG", "ck": "K", "qu": "K W",
    "wh": "W", "kn": "N", "wr": "R", "ee": "IY", "ea": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "ai": "EY",
    "ay": "EY", "oa": "OW", "oi": "OY", "oy": "OY", "au": "AO", "aw": "AO", "ie": "IY", "ei": "EY", "ey": "IY",
    "ue": "UW", "ui": "UW", "er": "ER", "ir": "ER", "ur": "ER", "ar": "AA R", "or": "AO R", "ll": "L", "ss": "S",
    "tt": "T", "nn": "N", "mm": "M", "pp": "P", "rr": "R", "bb": "B", "dd": "D", "ff": "F", "gg": "G", "zz": "Z",
    "cc": "K", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T",
    "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
"""English spelling to ARPAbet phones, the commonest sound each."""

Lookup: TypeAlias = Callable[[str], str | None]


def pronunciation(word: str, lookup: Lookup) -> str:
    """ARPAbet phones of `word` (lower-case letters and apostrophes; others are silent), never empty.

    `lookup` gives the phones of a word in the dictionary. Takes the cheapest way to cut the word into dictionary words
    of at least three letters and spelled-out sounds.
    """

    @cache
    def best(start: int) -> tuple[float, str]:
        if start == len(word):
            return 0.0, ""
        ways = [*_pieces(word, start, lookup), *_sounds(word, start)] or [(start + 1, 0.0, "")]
        return min(_joined(cost, phones, best(end)) for end, cost, phones in ways)

    return best(0)[1].strip() or "AH"


def _joined(cost: float, phones: str, rest: tuple[float, str]) -> tuple[float, str]:
    return cost + rest[0], f"{phones} {rest[1]}".strip()


def _pieces(word: str, start: int, lookup: Lookup) -> list[tuple[int, float, str]]:
    """Dictionary words that begin here: where each ends, its cost, its phones."""
    ends = range(start + _SHORTEST_PIECE, len(word) + 1)
    return [(end, _PIECE_COST, phones) for end in ends if (phones := lookup(word[start:end])) is not None]


def _sounds(word: str, start: int) -> list[tuple[int, float, str]]:
    """Spelling rules that fit here."""
    lengths = range(1, min(4, len(word) - start) + 1)
    return [
        (start + length, _LETTER_COST, _SOUNDS[word[start : start + length]])
        for length in lengths
        if word[start : start + length] in _SOUNDS
    ]
