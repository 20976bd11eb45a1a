"""The port to recognisers, local or paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reelwright_transcription.audio import Recording, Span


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
    """`language` is BCP 47; `language_confidence` 0 when it was given or not told."""

    heard: tuple[Heard, ...]
    language: str
    language_confidence: float
    engine: str
    cost_usd: float = 0.0


class Host(Protocol):
    """Whoever wants the result: hears how far it is, and is asked before money is spent."""

    def progress(self, percent: float, doing: str) -> None: ...

    def confirm(self) -> None:
        """Called right before each paid call; raises `Stopped` when the work is not wanted any more."""


class Recogniser(Protocol):
    """Raises `Reject` (`language_unsupported`, `provider_*`) and `Retry`."""

    @property
    def name(self) -> str:
        """E.g. "faster-whisper/tiny.en"."""

    def understands(self, language: str) -> bool:
        """Whether it can be asked for this language ("auto" always)."""

    def recognise(
        self, recording: Recording, windows: Sequence[Span], speech: Sequence[Span], *, language: str, host: Host
    ) -> Recognition:
        """The words of every window. `language` is BCP 47 or "auto"."""
