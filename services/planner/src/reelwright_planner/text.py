"""Words as text: joining them in any script, and their bare form for counting."""

import re
import unicodedata
from collections.abc import Sequence

# Scripts that set no space between words: Thai, Lao, Myanmar, Khmer, kana, bopomofo, Han, and full-width forms.
_UNSPACED = re.compile(
    r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u2E80-\u312F\u31A0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF"
    r"\uFF00-\uFFEF\U00020000-\U0003FFFF]"
)
_POSSESSIVE = re.compile(r"['’]s?$")


def is_unspaced(character: str) -> bool:
    """Whether this character's script sets no space between words."""
    return _UNSPACED.match(character) is not None


def join_words(texts: Sequence[str]) -> str:
    """One line of running text: a space between words, none between words of scripts that have none."""
    line = ""
    for text in (text.strip() for text in texts):
        if line and text and not (is_unspaced(line[-1]) or is_unspaced(text[0])):
            line += " "
        line += text
    return line


def bare(text: str) -> str:
    """The word without punctuation, possessive and case: what is counted. Empty for mere punctuation."""
    letters = _strip(unicodedata.normalize("NFC", text))
    return _POSSESSIVE.sub("", letters).casefold()


def _strip(text: str) -> str:
    first, last = 0, len(text)
    while first < last and not _is_letter(text[first]):
        first += 1
    while last > first and not _is_letter(text[last - 1]):
        last -= 1
    return text[first:last]


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


def one_line(text: str, *, limit: int) -> str:
    """Control characters and runs of space become one space; longer text ends at a word before `limit` characters."""
    flat = " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) >= limit // 2 else cut).rstrip(" ,;:-–—") + "…"
