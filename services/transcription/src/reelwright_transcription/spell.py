"""A caption's word as the words that are spoken for it: what the dictionary of the aligner has."""

import re
import unicodedata
from collections.abc import Callable

from reelwright_transcription.numerals import cardinal, digits, ordinal, plural, year

_ABBREVIATIONS = {
    "dr.": "doctor", "mr.": "mister", "mrs.": "missus", "ms.": "miz", "prof.": "professor", "st.": "saint",
    "vs.": "versus", "etc.": "et cetera", "jr.": "junior", "sr.": "senior", "approx.": "approximately",
    "dept.": "department",
}  # fmt: skip
_SYMBOLS = {"&": "and", "@": "at", "+": "plus", "=": "equals", "%": "percent", "#": "number", "°": "degrees"}
_CURRENCIES = {"$": "dollars", "£": "pounds", "€": "euros", "¥": "yen"}
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})

_PART = re.compile(
    r"(?P<money>[$£€¥]\d[\d,]*(?:\.\d+)?)"
    r"|(?P<time>\d{1,2}:\d{2})"
    r"|(?P<ordinal>\d[\d,]*(?:st|nd|rd|th)\b)"
    r"|(?P<decade>\d{2,4}'?s\b)"
    r"|(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"|(?P<letters>(?:[a-z]\.){2,})"
    r"|(?P<word>[a-z]+(?:'[a-z]+)*'?)"
    r"|(?P<symbol>[&@+=%#°])"
)

_ACRONYM = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2,5}")
"""Capitals that no vowel makes a word of."""


def spell(word: str) -> tuple[str, ...]:
    """Lower-case spoken words for a written one; empty for one without English letters or digits.

    "4th" is fourth, "$1,250" one thousand two hundred fifty dollars, "well-known" well known, "BBC" b b c.
    """
    plain = _plain(word).strip("\"'“”()[]{}!?,;:…-–—")
    bare = plain.lower()
    if bare in _ABBREVIATIONS:
        return tuple(_ABBREVIATIONS[bare].split())
    if _ACRONYM.fullmatch(plain):
        return tuple(bare)
    spoken = [token for found in _PART.finditer(bare) for token in _SPEAK[str(found.lastgroup)](found.group())]
    return tuple(spoken)


def _plain(word: str) -> str:
    """Without accents, typographic apostrophes made plain."""
    decomposed = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _money(text: str) -> list[str]:
    return [*_number(text[1:]), _CURRENCIES[text[0]]]


def _time(text: str) -> list[str]:
    hours, minutes = text.split(":")
    past = int(minutes)
    return [*cardinal(int(hours)), *(["oh"] if 0 < past < 10 else []), *(cardinal(past) if past else [])]


def _number(text: str) -> list[str]:
    whole, _, fraction = text.rstrip(",").partition(".")
    number = int(whole.replace(",", ""))
    if fraction:
        return [*cardinal(number), "point", *digits(fraction)]
    if len(whole) > 15:
        return digits(whole.replace(",", ""))
    return year(number) if 1100 <= number <= 2099 and "," not in whole else cardinal(number)


def _ordinal(text: str) -> list[str]:
    return ordinal(int(text[:-2].replace(",", "")))


def _decade(text: str) -> list[str]:
    number = int(text.rstrip("s").rstrip("'"))
    return plural(year(number) if number > 1000 else cardinal(number))


def _letters(text: str) -> list[str]:
    return text.replace(".", " ").split()


def _word(text: str) -> list[str]:
    return [text.rstrip("'")]


def _symbol(text: str) -> list[str]:
    return [_SYMBOLS[text]]


_SPEAK: dict[str, Callable[[str], list[str]]] = {
    "money": _money,
    "time": _time,
    "ordinal": _ordinal,
    "decade": _decade,
    "number": _number,
    "letters": _letters,
    "word": _word,
    "symbol": _symbol,
}
