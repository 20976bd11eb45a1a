"""The commands that runbooks tell people to type are commands that there are, with the options that they have."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from monitoring.rule_files import ROOT

from reelwright_standalone.cli import app
from reelwright_standalone.ops import options

_COMMAND = re.compile(r"`(reelwright ops [^`]+)`")


def commands() -> Iterator[str]:
    """As they stand in the runbooks, each once."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "runbooks").glob("*.md")))
    yield from sorted({" ".join(found.split()) for text in texts for found in _COMMAND.findall(text)})


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the first words name, and the words after them."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        found = command.commands.get(words[0])
        assert found is not None, f"there is no {words[0]}"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("written", list(commands()))
def test_it_can_be_typed(written: str) -> None:
    _, *words = shlex.split(written.removesuffix(" ..."))
    command, rest = resolved(words)
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known
    if command.name in ("pause", "resume") and rest and rest[0].islower():
        options.stage(rest[0])
