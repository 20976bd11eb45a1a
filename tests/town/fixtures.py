"""What a conftest.py of tests across processes takes in: `from town.fixtures import shared_parts, short_talk`."""

from pathlib import Path

import pytest
from e2e.recordings import opening
from e2e.sharing import once
from parts.shared import shared_part
from town.customer import Talk

__all__ = ["shared_parts", "short_talk", "talk"]


@pytest.fixture(scope="session")
def short_talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Six seconds: one scene."""
    return _opening(tmp_path_factory, 1)


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Twenty seconds: two scenes."""
    return _opening(tmp_path_factory, 2)


def _opening(factory: pytest.TempPathFactory, paragraphs: int) -> Talk:
    folder: Path = once(factory, f"town-talk-{paragraphs}", lambda folder: opening(folder, paragraphs))
    return Talk(folder / "talk.wav", (folder / "talk.txt").read_text(encoding="utf-8"))


@pytest.fixture
def shared_parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The addresses of the run's kafka, dynamodb and s3, by their names."""
    return {name: shared_part(tmp_path_factory, name) for name in ("kafka", "dynamodb", "s3")}
