"""Tells speech that was understood from what a recogniser makes up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from reelwright_transcription.engines.port import Heard

_LONGEST_PHRASE = 12
_MOST_REPEATS = 3


def is_invented(no_speech_prob: float, avg_logprob: float) -> bool:
    """Whether a segment is words for a silence: Whisper doubts both that it is speech and what it says."""
    return no_speech_prob > 0.6 and avg_logprob < -1.0


class Written(Protocol):
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


@dataclass(frozen=True, slots=True)
class Understanding:
    """How sure a recogniser was: mean probability of its words (0..1), mean log probability of its tokens if told."""

    words: int
    confidence: float
    avg_logprob: float | None

    @property
    def understood(self) -> bool:
        """False for speech in a language that the engine doesn't know, and for noise.

        Measured with tiny.en: English 0.81-0.97 (0.69 and -0.53 in noise at 5 dB SNR), German 0.38-0.51, French 0.43,
        Spanish 0.57-0.59.
        """
        if self.words == 0 or self.confidence < 0.6:
            return False
        return self.confidence >= 0.7 or self.avg_logprob is None or self.avg_logprob >= -0.6


def understanding(heard: Sequence[Heard]) -> Understanding:
    """Of all windows together, each by its number of words."""
    words = [word for one in heard for word in one.words]
    told = [(len(one.words), one.avg_logprob) for one in heard if one.words and one.avg_logprob is not None]
    told_words = sum(count for count, _ in told)
    logprob = sum(count * value for count, value in told) / told_words if told_words else None
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    return Understanding(len(words), confidence, logprob)
