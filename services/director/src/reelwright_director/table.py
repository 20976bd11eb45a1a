"""The project's life as one table: which command is obeyed in which state, where it leads, and why not otherwise.

`decide` asks this table before it obeys a command; `docs/states.md` is generated from it. A state in a cell is where
the command leads at first (the run goes on by itself from there); KEEP leaves the state as it is, RESUME goes back to
the stage that failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from reelwright_director.terms import Stage, State


class Verb(StrEnum):
    """A command's name, as in the API's history."""

    UPLOAD = "complete_upload"
    UPDATE = "update"
    EDIT_SCRIPT = "edit_script"
    EDIT_TRANSCRIPT = "edit_transcript"
    APPROVE_TRANSCRIPT = "approve_transcript"
    EDIT_PLAN = "edit_plan"
    APPROVE_PLAN = "approve_plan"
    REGENERATE = "regenerate_asset"
    CHOOSE = "choose_asset"
    START_TRANSCRIPTION = "start_transcription"
    START_PLAN = "start_plan"
    START_ASSET = "start_asset"
    START_RENDER = "start_render"
    RETRY = "retry"
    CANCEL = "cancel"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command isn't obeyed: a code of the registry."""

    reason_code: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Obeyed; the state stays."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Obeyed; leads to the state of the stage that failed."""


KEEP: Final = Keep()
RESUME: Final = Resume()
Cell: TypeAlias = State | Keep | Resume | Refusal

_BUSY = Refusal("stage_running")
_NO_AUDIO = Refusal("audio_missing")
_NO_TRANSCRIPT = Refusal("transcript_missing")
_NO_PLAN = Refusal("plan_missing")
_NOT_AT_GATE = Refusal("not_at_gate")
_NOT_FAILED = Refusal("not_failed")
_DONE = Refusal("nothing_runs")
_GONE = Refusal("project_deleted")
_UPLOADED = Refusal("already_uploaded")

START = {
    Stage.TRANSCRIPTION: Verb.START_TRANSCRIPTION,
    Stage.PLAN: Verb.START_PLAN,
    Stage.ASSET: Verb.START_ASSET,
    Stage.RENDER: Verb.START_RENDER,
}


def _row(default: Cell, **cells: Cell) -> dict[State, Cell]:
    """A row of the table: `default` but for the states named; nothing is obeyed once deleted."""
    row = dict.fromkeys(State, default) | {State(name): cell for name, cell in cells.items()}
    return {State.DELETED: _GONE} | {state: cell for state, cell in row.items() if state is not State.DELETED}


def _edit(to: Cell, **cells: Cell) -> dict[State, Cell]:
    """A row for what is refused while a stage runs and before there is anything to edit."""
    busy = {state.value: _BUSY for state in (State.TRANSCRIBING, State.PLANNING, State.GENERATING, State.COMPILING)}
    return _row(to, **({"created": _NO_AUDIO} | busy | cells))


TABLE: Mapping[Verb, Mapping[State, Cell]] = {
    Verb.UPLOAD: _row(_UPLOADED, created=State.UPLOADED, uploaded=State.UPLOADED),
    Verb.UPDATE: _row(KEEP),
    Verb.EDIT_SCRIPT: _edit(State.TRANSCRIBING),
    Verb.EDIT_TRANSCRIPT: _edit(State.TRANSCRIBED, uploaded=_NO_TRANSCRIPT),
    Verb.APPROVE_TRANSCRIPT: _row(_NOT_AT_GATE, transcribed=State.PLANNING),
    Verb.EDIT_PLAN: _edit(State.PLANNED, uploaded=_NO_TRANSCRIPT),
    Verb.APPROVE_PLAN: _row(_NOT_AT_GATE, planned=State.GENERATING),
    Verb.REGENERATE: _edit(State.GENERATING, uploaded=_NO_PLAN, transcribed=State.GENERATING),
    Verb.CHOOSE: _edit(KEEP, uploaded=_NO_PLAN, completed=State.READY_FOR_COMPILATION),
    Verb.START_TRANSCRIPTION: _edit(State.TRANSCRIBING),
    Verb.START_PLAN: _edit(State.PLANNING, uploaded=_NO_TRANSCRIPT),
    Verb.START_ASSET: _edit(State.GENERATING, uploaded=_NO_PLAN),
    Verb.START_RENDER: _edit(State.COMPILING, uploaded=_NO_PLAN),
    Verb.RETRY: _row(_NOT_FAILED, failed=RESUME),
    Verb.CANCEL: _row(State.CANCELED, completed=_DONE, failed=_DONE, canceled=KEEP),
    Verb.DELETE: dict.fromkeys(State, State.DELETED),
}


def verdict(verb: Verb, state: State) -> Cell:
    """What the table says to this command in this state."""
    return TABLE[verb][state]
