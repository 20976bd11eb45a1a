"""The command and the recordings that the end-to-end tests share."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.command import Reelwright
from e2e.recordings import opening
from e2e.sharing import once


@dataclass(frozen=True, slots=True)
class Talk:
    """A recording and its text."""

    audio: Path
    script: Path

    def into(self, folder: Path) -> "Talk":
        """A copy of both."""
        return Talk(*(Path(shutil.copy(path, folder)) for path in (self.audio, self.script)))


@pytest.fixture
def reelwright(tmp_path: Path) -> Reelwright:
    folder = tmp_path / "work"
    folder.mkdir()
    return Reelwright(tmp_path / "home", folder)


@pytest.fixture(scope="session")
def short_talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """About six seconds: one scene."""
    return _opening(tmp_path_factory, "short-talk", 1)


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """About twenty seconds: two scenes."""
    return _opening(tmp_path_factory, "talk", 2)


def _opening(factory: pytest.TempPathFactory, name: str, paragraphs: int) -> Talk:
    folder = once(factory, name, lambda folder: opening(folder, paragraphs))
    return Talk(folder / "talk.wav", folder / "talk.txt")
