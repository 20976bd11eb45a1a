"""Recordings and models that tests share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from reelwright_transcription.audio import Recording, Samples
from reelwright_transcription.decode import decode
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


@pytest.fixture
def wav(tmp_path: Path) -> Callable[[Samples, str], Path]:
    """`wav(samples, name)` writes a WAV file."""
    write = partial(write_audio, muxer="wav", codec="pcm_s16le")
    return lambda samples, name: write(tmp_path / name, samples)
