"""Tells speech that was understood from what a recogniser makes up."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from reelwright_transcription.engines.port import Heard

_LONGEST_PHRASE = 12
_MOST_REPEATS = 3


def is_invented(no_speech_prob: float, avg_logprob: float) -> bool:
    """Whether a segment is words for a silence: Whisper doubts both that it is speech and what it says."""
    return no_speech_prob > 0.6 and avg_logprob < -1.0


def is_understood(heard: Sequence[Heard]) -> bool:
    """False for speech in a language that a Whisper model doesn't know, and for noise.

    By the mean probability of the words and the mean log probability of the tokens, all windows together. Measured with
    tiny.en: English 0.81 to 0.97 (0.69 and -0.53 in noise at 5 dB SNR), German 0.38 to 0.51, French 0.43, Spanish 0.57
    to 0.59.
    """
    words = [word for one in heard for word in one.words]
    if not words:
        return False
    confidence = sum(word.confidence for word in words) / len(words)
    return confidence >= 0.7 or (confidence >= 0.6 and _mean_logprob(heard) >= -0.6)


def _mean_logprob(heard: Sequence[Heard]) -> float:
    """Each window's weighs as much as it has words; 0 where nothing was told."""
    told = [(len(one.words), one.avg_logprob) for one in heard if one.words and one.avg_logprob is not None]
    count = sum(words for words, _ in told)
    return sum(words * logprob for words, logprob in told) / count if count else 0.0


class Written(Protocol):
    """Anything with a text."""

    @property
    def text(self) -> str: ...


W = TypeVar("W", bound=Written)


def without_repeats(words: Sequence[W]) -> list[W]:
    """Cuts loops: a phrase said more than three times on end is Whisper's habit on music and noise, not a speaker's.

    The first three stay.
    """
    kept: list[W] = []
    for word in words:
        kept.append(word)
        for length in range(1, _LONGEST_PHRASE + 1):
            if _repeats(kept, length) > _MOST_REPEATS:
                del kept[-length:]
                break
    return kept


def _repeats(words: Sequence[Written], length: int) -> int:
    """How often the last `length` words stand at the end, one after another."""
    phrase = [word.text.lower() for word in words[-length:]]
    count = 0
    while len(words) >= (count + 1) * length:
        end = len(words) - count * length
        if [word.text.lower() for word in words[end - length : end]] != phrase:
            break
        count += 1
    return count
