"""Estimates and charges; prompts cut, softened and marked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_kling_gateway.client.legacy import IMAGE_MODELS
from reelwright_kling_gateway.client.new import CLIP_MODELS
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Charge
from reelwright_kling_gateway.ladder import FailureKind, Rung
from reelwright_kling_gateway.prices import CLIP_UNITS_PER_S, PICTURE_UNITS, Prices, booked_usd, estimate_usd
from reelwright_kling_gateway.prompts import cut, marked_for_simulator, soften
from reelwright_kling_gateway.submissions import State, Submission


def order(model: str, resolution: str, duration_s: int = 0) -> Order:
    product = Product.CLIP if duration_s else Product.STILL
    return Order(product, model, "waves", "9:16", resolution, duration_s, "id")


@pytest.mark.parametrize(
    ("ordered", "usd"),
    [
        (order("kling-3.0-turbo", "720p", 3), 2.4 * 0.14),
        (order("kling-3.0", "720p", 10), 0.84),
        (order("kling-3.0", "1080p", 10), 1.12),
        (order("kling-2.5-turbo", "720p", 10), 0.42),
        (order("kling-2.6", "1080p", 5), 0.35),
        (order("kling-v3", "2k"), 0.028),
        (order("kling-v2-1", "1k"), 0.014),
    ],
)
def test_estimates_follow_the_price_list(ordered: Order, usd: float) -> None:
    assert estimate_usd(ordered) == pytest.approx(usd)


def test_everything_that_can_be_ordered_has_a_price() -> None:
    for name, model in CLIP_MODELS.items():
        assert {(name, resolution) for resolution in model.resolutions} <= set(CLIP_UNITS_PER_S)
    assert set(PICTURE_UNITS) == IMAGE_MODELS


@pytest.mark.parametrize(
    ("charges", "usd"),
    [
        ((), 0.0),
        ((Charge("unit", Decimal("2.4"), package="video"),), 0.336),
        ((Charge("unit", Decimal(8), package="image"),), 0.028),
        ((Charge("cash", Decimal("0.5"), currency="USD"),), 0.5),
        ((Charge("cash", Decimal("0.5")),), 0.5),
        ((Charge("cash", Decimal("7.1"), currency="CNY"),), 1.0),
        ((Charge("unit", Decimal(1), package="video"), Charge("cash", Decimal("0.1"))), 0.24),
    ],
)
def test_charges_become_dollars(charges: tuple[Charge, ...], usd: float) -> None:
    assert booked_usd(charges) == pytest.approx(usd)


ORDERED = Submission("asset", Rung.PLANNED, order("kling-3.0", "720p", 10), 0.84)
BILLED = (Charge("unit", Decimal(5), package="video"),)


@pytest.mark.parametrize(
    ("submission", "usd", "charged"),
    [
        (ORDERED, 0.0, False),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.RUNNING), 0.0, False),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.SUCCEEDED), 0.84, True),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.SUCCEEDED, charges=BILLED), 0.7, True),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.FAILED, failure=FailureKind.PROMPT), 0.0, False),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.FAILED, failure=FailureKind.LOST), 0.84, True),
        (Submission("a", Rung.PLANNED, ORDERED.order, 0.84, State.FAILED, failure=FailureKind.GENERATION,
                    charges=BILLED), 0.7, True),
    ],
)  # fmt: skip
def test_what_was_charged_is_booked_and_else_what_was_estimated(
    submission: Submission, usd: float, charged: bool
) -> None:
    assert submission.charged is charged
    assert Prices(counts_money=True).charged_usd(submission) == pytest.approx(usd)
    assert Prices(counts_money=False).charged_usd(submission) == 0.0


def test_a_free_provider_costs_nothing() -> None:
    assert Prices(counts_money=False).estimate_usd(ORDERED.order) == 0.0
    assert Prices(counts_money=True).spent_usd([ORDERED, ORDERED]) == 0.0


@given(st.text(min_size=1, max_size=200))
def test_a_softened_prompt_is_another_one_and_stays_as_it_is(prompt: str) -> None:
    softened = soften(prompt)
    assert softened != prompt
    assert soften(softened) == softened


def test_harsh_words_give_way_and_others_stay() -> None:
    softened = soften("Soldiers shoot in a bloody war; a warm skill is begun")
    for harsh in ("Soldiers", "shoot", "bloody", "war;"):
        assert harsh not in softened
    assert "a warm skill is begun" in softened


@given(st.text(max_size=80), st.integers(1, 60))
def test_a_cut_prompt_is_a_beginning_of_it(prompt: str, limit_chars: int) -> None:
    head = cut(prompt, limit_chars)
    assert prompt.startswith(head)
    assert len(head) <= limit_chars
    assert not prompt.strip() or limit_chars < len(prompt) or head == prompt


def test_a_prompt_is_cut_after_a_whole_word() -> None:
    assert cut("waves in the morning", 14) == "waves in the"
    assert cut("waves in the morning", 12) == "waves in the"
    assert cut("wavesinthemorning", 5) == "waves"


def test_only_a_chosen_look_is_told_to_the_simulator() -> None:
    assert marked_for_simulator("waves", "ocean") == "waves [[sim:look=ocean]]"
    assert marked_for_simulator("waves", "auto") == marked_for_simulator("waves", "") == "waves"
