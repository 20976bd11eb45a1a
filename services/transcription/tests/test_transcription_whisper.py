"""The local recogniser around its model: what it asks, what it keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reelwright_chassis.errors import Reject
from reelwright_transcription.audio import SAMPLE_RATE, Recording, Span
from reelwright_transcription.engines.port import Recognition
from reelwright_transcription.engines.whisper_local import LocalModel, LocalWhisper

RECORDING = Recording(np.zeros(40 * SAMPLE_RATE, np.int16), 40.0)
WINDOWS = (Span(0.0, 18.0), Span(20.0, 40.0))
SPEECH = (Span(0.5, 17.5), Span(20.5, 39.5))


def segment(*words: str, start_s: float = 1.0, logprob: float = -0.1, no_speech: float = 0.0) -> SimpleNamespace:
    """A second per word, which Whisper writes with a space before it."""
    pieces = [
        SimpleNamespace(word=text, start=start_s + i, end=start_s + i + 0.9, probability=0.9)
        for i, text in enumerate(words)
    ]
    end = pieces[-1].end
    return SimpleNamespace(
        words=pieces, end=end, avg_logprob=logprob, no_speech_prob=no_speech, tokens=[0] * len(words)
    )


@dataclass
class Model:
    """A model that says `segments` of every window, and counts how many it was asked for."""

    segments: list[SimpleNamespace]
    languages: tuple[str, ...] = ("en",)
    asked: list[dict[str, Any]] = field(default_factory=list)
    detected: list[int] = field(default_factory=list)
    told: int = 0

    @property
    def supported_languages(self) -> tuple[str, ...]:
        return self.languages

    @property
    def model(self) -> SimpleNamespace:
        return SimpleNamespace(is_multilingual=len(self.languages) > 1)

    def detect_language(self, samples: NDArray[np.float32]) -> tuple[str, float, list[tuple[str, float]]]:
        self.detected.append(len(samples) // SAMPLE_RATE)
        return "de", 0.8, []

    def transcribe(self, samples: NDArray[np.float32], **options: Any) -> tuple[Iterable[SimpleNamespace], None]:
        self.asked.append(options | {"seconds": len(samples) / SAMPLE_RATE})
        return self._tell(), None

    def _tell(self) -> Iterable[SimpleNamespace]:
        for one in self.segments:
            self.told += 1
            yield one


def recognise(model: Model, *, language: str = "auto", name: str = "small") -> Recognition:
    whisper = LocalWhisper(LocalModel(name))
    whisper.__dict__["_model"] = model
    return whisper.recognise(RECORDING, WINDOWS, SPEECH, language=language, progress=lambda *_: None)


def test_a_multilingual_model_detects_the_language_in_the_longest_window() -> None:
    model = Model([segment(" Guten", " Abend")], languages=("de", "en"))
    recognition = recognise(model)
    assert (recognition.language, recognition.language_confidence) == ("de", 0.8)
    assert model.detected == [20]
    assert [options["language"] for options in model.asked] == ["de", "de"]
    assert recognition.engine == "faster-whisper/small"
    assert [heard.window for heard in recognition.heard] == list(WINDOWS)


def test_a_named_language_is_not_detected() -> None:
    model = Model([segment(" Bom", " dia")], languages=("pt", "en"))
    assert recognise(model, language="pt-BR").language == "pt-BR"
    assert (model.detected, model.asked[0]["language"]) == ([], "pt")


def test_an_unknown_language_is_refused_before_anything_is_heard() -> None:
    model = Model([segment(" hello")])
    with pytest.raises(Reject) as refusal:
        recognise(model, language="de")
    assert refusal.value.reason_code == "language_unsupported"
    assert model.asked == []


def test_words_have_the_recordings_times_and_pieces_join_the_word_before() -> None:
    recognition = recognise(Model([segment(" Ten", " 10", ",000", " ", " boats", ".")]))
    words = recognition.heard[1].words
    assert [word.text for word in words] == ["Ten", "10,000", "boats."]
    assert [words[0].start_s, words[1].start_s, words[1].end_s] == pytest.approx([21.0, 22.0, 23.9])


def test_a_language_without_spaces_keeps_its_pieces() -> None:
    recognition = recognise(Model([segment("水", "は", "古い")], languages=("ja", "en")), language="ja")
    assert [word.text for word in recognition.heard[0].words] == ["水", "は", "古い"]


def test_words_for_silence_are_left_out() -> None:
    model = Model([segment(" Thank", " you.", logprob=-1.4, no_speech=0.9), segment(" Hello", start_s=5)])
    assert [word.text for word in recognise(model).heard[0].words] == ["Hello"]


def test_listening_ends_where_the_speech_ends() -> None:
    model = Model([segment(" The", " end.", start_s=15.6), segment(" Thank", " you.", start_s=17.6)])
    first, second = recognise(model).heard
    assert [word.text for word in first.words] == ["The", "end."]
    assert [word.text for word in second.words] == ["The", "end.", "Thank", "you."]
    assert model.told == 3


def test_a_window_without_words_is_heard_as_silence() -> None:
    recognition = recognise(Model([]))
    assert [heard.words for heard in recognition.heard] == [(), ()]
    assert not recognition.understood
