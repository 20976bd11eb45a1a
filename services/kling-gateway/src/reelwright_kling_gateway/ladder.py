"""The ladder: which rung comes next, down to the project's lowest one. Pure.

A next rung is asked for only after the last one's terminal failure was read; that is the caller's promise, kept by
passing in failures only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(IntEnum):
    """What a scene was planned to show; numbered as on the wire."""

    CLIP = 1
    STILL = 2
    CARD = 3


class Rung(IntEnum):
    """The steps, best first; numbered as on the wire. All but the card are paid."""

    PLANNED = 1
    REWRITTEN_PROMPT = 2
    OTHER_MODEL = 3
    STILL = 4
    CARD = 5

    @property
    def label(self) -> str:
        """As it stands in ids and tables: "rewritten_prompt"."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> "Rung":
        return cls[label.upper()]


class FailureKind(StrEnum):
    """Why a rung ended without an asset."""

    PROMPT = "prompt"
    """The provider refuses the words, at once or after looking at the result."""
    REQUEST = "request"
    """The provider refuses the request: a parameter, a model that is gone."""
    GENERATION = "generation"
    """The provider tried and failed."""
    LOST = "lost"
    """It was made, or may have been, and paid; its file cannot be had. Nothing more is bought for this asset."""


@dataclass(frozen=True, slots=True)
class Climb:
    """The decision: the next rung, or none; `over_budget` says that only money barred a rung."""

    rung: Rung | None
    over_budget: bool = False


def rungs_of(kind: Kind, lowest: Rung) -> tuple[Rung, ...]:
    """All rungs of an asset, best first. A planned still has no still to fall to; a card is only ever a card."""
    if kind is Kind.CARD:
        return (Rung.CARD,)
    barred = Rung.STILL if kind is Kind.STILL else None
    return tuple(rung for rung in Rung if rung <= lowest and rung is not barred)


def next_rung(
    kind: Kind, lowest: Rung, failures: Mapping[Rung, FailureKind], affordable: Callable[[Rung], bool]
) -> Climb:
    """The first rung below those that failed which may help and which the cap allows. A card costs nothing."""
    over_budget = False
    for rung in rungs_of(kind, lowest):
        if rung <= max(failures, default=0) or not _may_help(rung, failures):
            continue
        if rung is Rung.CARD or affordable(rung):
            return Climb(rung, over_budget)
        over_budget = True
    return Climb(None, over_budget)


def _may_help(rung: Rung, failures: Mapping[Rung, FailureKind]) -> bool:
    """After a lost result only a card is free; another wording helps only against a refused wording."""
    if FailureKind.LOST in failures.values():
        return rung is Rung.CARD
    return rung is not Rung.REWRITTEN_PROMPT or FailureKind.PROMPT in failures.values()


def wants_softening(rung: Rung, failures: Mapping[Rung, FailureKind]) -> bool:
    """Once a prompt was refused, no rung sends those words again."""
    return rung is Rung.REWRITTEN_PROMPT or FailureKind.PROMPT in failures.values()
