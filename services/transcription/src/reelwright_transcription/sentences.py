"""How recognised words are written."""

from collections.abc import Sequence
from dataclasses import replace

from reelwright_transcription.align import AlignedWord

_ENDS = (".", "!", "?", "…")


def with_capitals(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """The same with a capital where a sentence begins: small models forget it at the beginning of a window."""
    begins = [True, *(word.text.rstrip("\"'”’)").endswith(_ENDS) for word in words[:-1])]
    return [
        replace(word, text=word.text[0].upper() + word.text[1:]) if first and word.text.islower() else word
        for word, first in zip(words, begins, strict=False)
    ]
