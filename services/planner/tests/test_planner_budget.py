"""Clips and stills within the budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_planner.budget import ClipTerms, Kind, alternate, cost_usd, within_budget
from reelwright_planner.prices import token_cost_usd

lengths = st.lists(st.floats(1, 20), min_size=1, max_size=6)


def test_prices() -> None:
    assert token_cost_usd("gpt-5.4-mini-2026-03-17", input_tokens=10**6, output_tokens=10**6) == pytest.approx(5.25)
    assert token_cost_usd("somebody-elses", input_tokens=10**6, output_tokens=0) == pytest.approx(5.0)


@given(lengths, st.floats(0, 10))
def test_the_sum_fits_or_all_are_stills(lengths_s: list[float], budget_usd: float) -> None:
    kinds = within_budget(alternate(len(lengths_s)), lengths_s, budget_usd, ClipTerms())
    assert Kind.CLIP not in kinds or cost_usd(kinds, lengths_s, ClipTerms()) <= budget_usd + 1e-6
    assert within_budget(kinds, lengths_s, budget_usd, ClipTerms()) == kinds


@given(lengths)
def test_enough_money_leaves_the_alternation(lengths_s: list[float]) -> None:
    assert within_budget(alternate(len(lengths_s)), lengths_s, 100, ClipTerms()) == alternate(len(lengths_s))


def test_the_opening_keeps_its_clip_longest() -> None:
    kinds = within_budget(alternate(4), [10, 10, 10, 10], 1.0, ClipTerms())
    assert kinds == [Kind.CLIP, Kind.STILL, Kind.STILL, Kind.STILL]
