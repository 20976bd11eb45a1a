"""Recordings and models that tests share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reelwright_transcription.audio import Recording, Samples
from reelwright_transcription.decode import decode
from reelwright_transcription.engines.port import Recogniser, Recognition
from reelwright_transcription.engines.whisper_local import LocalModel, LocalWhisper
from reelwright_transcription.testing import Known, write_audio

DATA = Path(__file__).parent / "data"
SAMPLE = Path(__file__).parents[3] / "docs" / "sample"


@pytest.fixture(scope="session")
def boat() -> Known:
    """22 s, 62 words."""
    return Known.load(DATA / "boat.ogg", DATA / "boat.txt", DATA / "boat.json")


@pytest.fixture(scope="session")
def talk() -> Known:
    """The sample: 75 s, 201 words."""
    return Known.load(SAMPLE / "talk.mp3", SAMPLE / "talk.txt", DATA / "talk.json")


@pytest.fixture(scope="session")
def german() -> Path:
    return DATA / "german.ogg"


@pytest.fixture(scope="session")
def boat_recording(boat: Known) -> Recording:
    return decode(boat.audio)


@pytest.fixture(scope="session")
def whisper() -> LocalWhisper:
    """The packaged model, loaded once."""
    return LocalWhisper(LocalModel(threads=1))


class Remembering:
    """Implements `Recogniser`: hears the first recording, and says the same of every later one."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._answer: Recognition | None = None

    @property
    def name(self) -> str:
        return self._recogniser.name

    def recognise(self, *args: Any, **kwargs: Any) -> Recognition:
        self._answer = self._answer or self._recogniser.recognise(*args, **kwargs)
        return self._answer


@pytest.fixture(scope="session")
def boat_listener(whisper: LocalWhisper) -> Recogniser:
    """For the boat alone; several tests look at what is made of the same words."""
    return Remembering(whisper)


@pytest.fixture
def wav(tmp_path: Path) -> Callable[[Samples, str], Path]:
    """`wav(samples, name)` writes a WAV file."""
    write = partial(write_audio, muxer="wav", codec="pcm_s16le")
    return lambda samples, name: write(tmp_path / name, samples)
