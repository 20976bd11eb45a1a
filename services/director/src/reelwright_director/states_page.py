"""Writes `docs/states.md` from the table: `python -m reelwright_director.states_page > docs/states.md`."""

import sys

from reelwright_director.table import TABLE, Cell, Keep, Refusal, Resume, Verb
from reelwright_director.terms import State

_HEAD = """# States and commands

Generated from `services/director/src/reelwright_director/table.py`; to change it, change the table and run
`python -m reelwright_director.states_page > docs/states.md`.

A cell names the state that a command leads to at first (the run goes on by itself from there). `=` obeys and leaves the
state as it is. A word in italics is the reason code of the refusal.

"""


def page() -> str:
    """The page as it must be."""
    return _HEAD + "\n".join([_row("", *(state.value for state in State)), _ruler(), *_rows()]) + "\n"


def _rows() -> list[str]:
    return [_row(f"`{verb}`", *(_cell(TABLE[verb][state]) for state in State)) for verb in Verb]


def _cell(cell: Cell) -> str:
    match cell:
        case Refusal(reason_code):
            return f"*{reason_code}*"
        case Keep():
            return "="
        case Resume():
            return "the stage that failed"
        case State():
            return cell.value


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _ruler() -> str:
    return _row(*("---" for _ in range(len(State) + 1)))


if __name__ == "__main__":
    sys.stdout.write(page())
