"""The ladder falls one rung at a time, never below what the project accepts, and never buys twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_kling_gateway.ladder import Climb, FailureKind, Kind, Rung, next_rung, rungs_of, wants_softening

KINDS = st.sampled_from(Kind)
RUNGS = st.sampled_from(Rung)
FAILURES = st.sampled_from(FailureKind)


def yes(_: Rung) -> bool:
    return True


def no(_: Rung) -> bool:
    return False


def fall(kind: Kind, lowest: Rung, why: list[FailureKind]) -> list[Rung]:
    """The rungs tried when each fails for the next reason."""
    failures: dict[Rung, FailureKind] = {}
    for reason in why:
        rung = next_rung(kind, lowest, failures, yes).rung
        if rung is None or rung is Rung.CARD:
            return [*failures, *([rung] if rung else [])]
        failures[rung] = reason
    return list(failures)


@pytest.mark.parametrize(
    ("kind", "why", "tried"),
    [
        (Kind.CLIP, FailureKind.PROMPT,
         [Rung.PLANNED, Rung.REWRITTEN_PROMPT, Rung.OTHER_MODEL, Rung.STILL, Rung.CARD]),
        (Kind.CLIP, FailureKind.GENERATION, [Rung.PLANNED, Rung.OTHER_MODEL, Rung.STILL, Rung.CARD]),
        (Kind.CLIP, FailureKind.REQUEST, [Rung.PLANNED, Rung.OTHER_MODEL, Rung.STILL, Rung.CARD]),
        (Kind.CLIP, FailureKind.LOST, [Rung.PLANNED, Rung.CARD]),
        (Kind.STILL, FailureKind.PROMPT, [Rung.PLANNED, Rung.REWRITTEN_PROMPT, Rung.OTHER_MODEL, Rung.CARD]),
        (Kind.CARD, FailureKind.PROMPT, [Rung.CARD]),
    ],
)  # fmt: skip
def test_the_way_down(kind: Kind, why: FailureKind, tried: list[Rung]) -> None:
    assert fall(kind, Rung.CARD, [why] * 9) == tried


def test_without_a_lower_rung_nothing_follows() -> None:
    assert next_rung(Kind.CLIP, Rung.PLANNED, {Rung.PLANNED: FailureKind.PROMPT}, yes) == Climb(None)


def test_money_bars_rungs_and_says_so() -> None:
    assert next_rung(Kind.CLIP, Rung.STILL, {}, no) == Climb(None, over_budget=True)
    assert next_rung(Kind.CLIP, Rung.CARD, {}, no) == Climb(Rung.CARD, over_budget=True)
    cheap = next_rung(Kind.CLIP, Rung.CARD, {}, lambda rung: rung is Rung.STILL)
    assert cheap == Climb(Rung.STILL, over_budget=True)


@given(KINDS, RUNGS, st.dictionaries(RUNGS, FAILURES), st.sets(RUNGS))
def test_a_next_rung_is_lower_allowed_and_affordable(
    kind: Kind, lowest: Rung, failures: dict[Rung, FailureKind], affordable: set[Rung]
) -> None:
    climb = next_rung(kind, lowest, failures, affordable.__contains__)
    if climb.rung is None:
        return
    assert climb.rung in rungs_of(kind, lowest)
    assert climb.rung > max(failures, default=0)
    assert climb.rung is Rung.CARD or climb.rung in affordable
    assert climb.rung is Rung.CARD or FailureKind.LOST not in failures.values()


@given(KINDS, RUNGS, st.lists(FAILURES, min_size=9, max_size=9))
def test_every_fall_ends_and_tries_no_rung_twice(kind: Kind, lowest: Rung, why: list[FailureKind]) -> None:
    tried = fall(kind, lowest, why)
    assert tried == sorted(set(tried))
    assert len(tried) <= len(rungs_of(kind, lowest))


def test_refused_words_are_never_sent_again() -> None:
    assert wants_softening(Rung.REWRITTEN_PROMPT, {})
    assert wants_softening(Rung.STILL, {Rung.PLANNED: FailureKind.PROMPT})
    assert not wants_softening(Rung.OTHER_MODEL, {Rung.PLANNED: FailureKind.GENERATION})


@given(RUNGS)
def test_labels_name_rungs(rung: Rung) -> None:
    assert Rung.of(rung.label) is rung
