"""The port to recognisers, local or paid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from reelwright_transcription.audio import Recording, Span

Progress: TypeAlias = Callable[[float, str], None]
"""Told how far the work is (0..100) and what is being done."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A written word with its punctuation, as the recogniser gave it."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of one window.

    `timed` says whether the words' times are the recogniser's own; otherwise they are spread over the window's speech.
    `avg_logprob` is per token, None where the engine doesn't tell.
    """

    window: Span
    words: tuple[HeardWord, ...]
    timed: bool = True
    avg_logprob: float | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a recogniser made of a recording. `understood` is its own judgement.

    `language` is BCP 47; `language_confidence` 0 when it was given or not told.
    """

    heard: tuple[Heard, ...]
    language: str
    language_confidence: float
    engine: str
    understood: bool
    cost_usd: float = 0.0


class Recogniser(Protocol):
    """Raises `Reject` (`language_unsupported`, `model_unavailable`)."""

    @property
    def name(self) -> str:
        """E.g. "faster-whisper/tiny.en"."""

    def recognise(
        self,
        recording: Recording,
        windows: Sequence[Span],
        speech: Sequence[Span],
        *,
        language: str,
        progress: Progress,
    ) -> Recognition:
        """The words of every window. `language` is BCP 47 or "auto"."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Somebody else's answer, taken as it is: a provider was asked before."""

    recognition: Recognition

    @property
    def name(self) -> str:
        return self.recognition.engine

    def recognise(self, *_: object, **__: object) -> Recognition:
        return self.recognition
