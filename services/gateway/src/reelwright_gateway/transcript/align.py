"""Times for edited words, from the words that were there: what stayed keeps its own, what came new shares. Pure."""

import difflib
from collections.abc import Sequence

from reelwright.events.v1.media_pb2 import Word

_SURE = 1.0


def aligned(had: Sequence[Word], texts: Sequence[str]) -> list[Word]:
    """The texts as words with times that never go back. `had` must not be empty."""
    matcher = difflib.SequenceMatcher(None, [_key(word.text) for word in had], [_key(t) for t in texts], autojunk=False)
    words: list[Word] = []
    for tag, i, j, m, n in matcher.get_opcodes():
        if tag == "equal":
            words += [_kept(word, text) for word, text in zip(had[i:j], texts[m:n], strict=True)]
        elif tag == "replace":
            words += _shared(texts[m:n], had[i].start_s, had[j - 1].end_s)
        elif tag == "insert":
            _insert(words, texts[m:n], had, i)
    return words


def _key(text: str) -> str:
    """Punctuation and case are no reason to lose a word's own time."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text


def _kept(word: Word, text: str) -> Word:
    return Word(text=text, start_s=word.start_s, end_s=word.end_s, confidence=word.confidence)


def _insert(words: list[Word], texts: Sequence[str], had: Sequence[Word], place: int) -> None:
    """Between two words: in the pause if it is one, with the word before them, or the first one, otherwise."""
    if not words:
        first = had[place]
        words += _shared(texts, max(0.0, first.start_s - _LEAST_S * len(texts)), first.start_s)
        return
    begin_s = words[-1].end_s
    end_s = had[place].start_s if place < len(had) else begin_s
    if end_s - begin_s >= _LEAST_S * len(texts):
        words += _shared(texts, begin_s, end_s)
        return
    before = words.pop()
    words += _shared([before.text, *texts], before.start_s, max(before.end_s, end_s))


_LEAST_S = 0.1
"""What a word needs to be read by."""


def _shared(texts: Sequence[str], start_s: float, end_s: float) -> list[Word]:
    """A stretch of time shared by length."""
    weights = [max(1, len(text)) for text in texts]
    step_s = (end_s - start_s) / sum(weights)
    words, at_s = [], start_s
    for text, weight in zip(texts, weights, strict=True):
        words.append(Word(text=text, start_s=at_s, end_s=min(end_s, at_s + step_s * weight), confidence=_SURE))
        at_s = words[-1].end_s
    return words
