"""The table is whole, names only reasons that exist, and is what the docs show."""

from pathlib import Path

import pytest

from reelwright_chassis.reasons import registry
from reelwright_director.states_page import page
from reelwright_director.table import TABLE, Refusal, Verb, verdict
from reelwright_director.terms import State

DOCS = Path(__file__).parents[3] / "docs" / "states.md"


@pytest.mark.parametrize("verb", list(Verb))
def test_every_command_has_a_verdict_in_every_state(verb: Verb) -> None:
    assert set(TABLE[verb]) == set(State)


def test_refusals_are_in_the_registry() -> None:
    codes = {cell.reason_code for row in TABLE.values() for cell in row.values() if isinstance(cell, Refusal)}
    assert codes <= registry().keys()


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.DELETE])
def test_nothing_is_obeyed_once_deleted(verb: Verb) -> None:
    assert isinstance(verdict(verb, State.DELETED), Refusal)


def test_the_docs_are_up_to_date() -> None:
    assert DOCS.read_text(encoding="utf-8") == page(), "run: python -m reelwright_director.states_page > docs/states.md"
