"""A9.6: slots and balances, by any order of admissions and endings, in the arithmetic and in the ledger."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_kling_sim.accounts import Account, amount_text, centi, units_of
from reelwright_kling_sim.errors import Code, KlingError
from reelwright_kling_sim.faults import read_markers
from reelwright_kling_sim.ledger import Ledger, Packs
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.tasks import Pace

PRICES = st.integers(0, 900)
SLOTS = st.integers(1, 9)


@st.composite
def moves(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """A history: ("admit", price, slots), or ("succeed" | "fail", index of a running task, 0)."""
    kinds = st.sampled_from(["admit", "admit", "succeed", "fail"])
    return draw(st.lists(st.tuples(kinds, PRICES, SLOTS), max_size=40))


@given(moves(), st.integers(0, 3000), st.integers(1, 20))
def test_nothing_is_ever_overdrawn_and_every_unit_is_accounted_for(
    history: list[tuple[str, int, int]], total: int, slots: int
) -> None:
    account, running, charged = Account(total, slots), list[tuple[int, int]](), 0
    for kind, number, taken in history:
        if kind == "admit":
            if (expected := _refusal_of(account, number, taken)) is not None:
                with pytest.raises(KlingError) as refused:
                    account.admit(number, taken)
                assert refused.value.code == expected
            else:
                account = account.admit(number, taken)
                running.append((number, taken))
        elif running:
            price, held = running.pop(number % len(running))
            account = account.settle(price, held, charged_centi=price if kind == "succeed" else 0)
            charged += price if kind == "succeed" else 0
        assert account.remaining_centi == total - charged
        assert account.held_centi == sum(price for price, _ in running) <= account.remaining_centi
        assert account.held_slots == sum(held for _, held in running) <= slots


def _refusal_of(account: Account, price: int, slots: int) -> Code | None:
    if account.held_centi + price > account.remaining_centi:
        return Code.BALANCE_NOT_ENOUGH
    return Code.TOO_MANY_TASKS if account.held_slots + slots > account.slots else None


@given(st.integers(0, 10**9))
def test_amounts_are_exact_decimal_strings(amount_centi: int) -> None:
    text = amount_text(amount_centi)
    assert centi(Decimal(text)) == amount_centi
    assert "E" not in text
    assert not text.endswith(".")
    assert text == "0" or not ("." in text and text.endswith("0"))
    assert units_of(amount_centi) == Decimal(amount_centi) / 100


@pytest.mark.parametrize(("amount", "text"), [(240, "2.4"), (400, "4"), (5, "0.05"), (1_000_000, "10000"), (0, "0")])
def test_amounts_as_the_api_writes_them(amount: int, text: str) -> None:
    assert amount_text(amount) == text


def order(price_centi: int, count: int) -> Order:
    """A picture order that costs and takes so much."""
    return Order(
        dialect="legacy",
        product="images/generations",
        model="kling-v3",
        family="image",
        prompt=f"{price_centi} [[sim:fail]]" if price_centi % 2 else f"{price_centi}",
        width=8,
        height=8,
        duration_s=0,
        count=count,
        price_centi=price_centi,
        latency_s=0.0,
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.booleans(), PRICES, SLOTS), max_size=12))
def test_the_ledger_keeps_the_same_books(history: list[tuple[bool, int, int]]) -> None:
    packs = Packs({"video": 0, "image": 2000}, {"video": 1, "image": 9})
    expected, running = Account(2000, 9), list[Order]()
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "l.sqlite3")
        for now_ms, (finish, price, count) in enumerate(history, 1_790_000_000_000):
            if finish:
                _finish_all(ledger, now_ms)
                for done in running:
                    charged = 0 if done.price_centi % 2 else done.price_centi
                    expected = expected.settle(done.price_centi, done.slots, charged_centi=charged)
                running = []
            else:
                assert _refused_with(ledger, order(price, count), packs, now_ms) == _refusal_of(expected, price, count)
                if _refusal_of(expected, price, count) is None:
                    expected = expected.admit(price, count)
                    running.append(order(price, count))
            assert ledger.account("image", packs) == expected
        ledger.close()


def _refused_with(ledger: Ledger, wanted: Order, packs: Packs, now_ms: int) -> Code | None:
    pace = Pace(instant=True, scale=1.0, seed=0, visible_after_s=0.0)
    try:
        ledger.accept(wanted, read_markers(wanted.prompt), pace, packs, now_ms=now_ms, base_url="")
    except KlingError as refused:
        return refused.code
    return None


def _finish_all(ledger: Ledger, now_ms: int) -> None:
    ledger.advance(now_ms, lambda _: ())
    while (task := ledger.next_to_draw()) is not None:
        ledger.drawn(task.id)
    ledger.advance(now_ms, lambda _: ())
