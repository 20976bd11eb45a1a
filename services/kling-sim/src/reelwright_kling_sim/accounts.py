"""Slots and balances of one product family's pack: the arithmetic, without a store.

Units are counted in hundredths (`centi`), the smallest step in the vendor's price list, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from reelwright_kling_sim.errors import Code, KlingError


@dataclass(frozen=True, slots=True)
class Account:
    """A pack: what is left of it, and what the unfinished tasks hold of it."""

    remaining_centi: int
    slots: int
    held_centi: int = 0
    held_slots: int = 0

    def admit(self, price_centi: int, slots: int) -> Account:
        """The account once it holds a new task; raises 1102 when units lack, then 1303 when slots lack.

        What unfinished tasks will cost counts as gone, so that a balance never falls below zero.
        """
        if self.held_centi + price_centi > self.remaining_centi:
            raise KlingError(Code.BALANCE_NOT_ENOUGH)
        if self.held_slots + slots > self.slots:
            raise KlingError(Code.TOO_MANY_TASKS)
        return replace(self, held_centi=self.held_centi + price_centi, held_slots=self.held_slots + slots)

    def settle(self, price_centi: int, slots: int, *, charged_centi: int) -> Account:
        """The account once a task that it held has ended; a failed one is charged 0."""
        return replace(
            self,
            remaining_centi=self.remaining_centi - charged_centi,
            held_centi=self.held_centi - price_centi,
            held_slots=self.held_slots - slots,
        )


def centi(units: Decimal) -> int:
    """Units in hundredths, rounded to the nearest."""
    return int((units * 100).to_integral_value())


def units_of(amount_centi: int) -> Decimal:
    """The exact number of units, without trailing zeros."""
    return Decimal(amount_centi).scaleb(-2).normalize()


def amount_text(amount_centi: int) -> str:
    """An amount as the API writes it: a decimal string such as "2.4"."""
    return f"{units_of(amount_centi):f}"
