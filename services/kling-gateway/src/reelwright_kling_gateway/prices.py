"""What an order will cost, and what a charge was worth, in US dollars.

Source: the vendor's price pages of September 2026. Units are the vendor's; their dollar prices are those of the
standard resource packs (5,000 video units for $700, 100,000 image units for $350).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reelwright_chassis.pictures import IMAGE_UNIT_USD, VIDEO_UNIT_USD
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Charge
from reelwright_kling_gateway.submissions import Submission

UNIT_USD: Mapping[str, float] = {"video": VIDEO_UNIT_USD, "image": IMAGE_UNIT_USD, "audio": VIDEO_UNIT_USD}

CLIP_UNITS_PER_S: Mapping[tuple[str, str], float] = {
    ("kling-3.0-turbo", "720p"): 0.8,
    ("kling-3.0-turbo", "1080p"): 1.0,
    ("kling-3.0", "720p"): 0.6,
    ("kling-3.0", "1080p"): 0.8,
    ("kling-3.0", "4k"): 3.0,
    ("kling-2.6", "720p"): 0.3,
    ("kling-2.6", "1080p"): 0.5,
    ("kling-2.5-turbo", "720p"): 0.3,
    ("kling-2.5-turbo", "1080p"): 0.5,
}
"""By model and resolution, without sound where the model has the choice (3.0-turbo has not)."""

PICTURE_UNITS: Mapping[str, float] = {"kling-v3": 8.0, "kling-v2-1": 4.0}
"""One picture made from words, 1k or 2k."""

CNY_PER_USD = 7.1
"""Only for accounts that are charged in yuan; the vendor's own two price lists stand in about this ratio."""


def estimate_usd(order: Order) -> float:
    """What this order costs when it succeeds. Raises KeyError for a model and resolution without a known price."""
    if order.product is Product.CLIP:
        return round(CLIP_UNITS_PER_S[order.model, order.resolution] * order.duration_s * UNIT_USD["video"], 6)
    return round(PICTURE_UNITS[order.model] * UNIT_USD["image"], 6)


def booked_usd(charges: Iterable[Charge]) -> float:
    """What the vendor says it deducted. A cash amount without a currency is taken as dollars."""
    return round(sum(_charge_usd(charge) for charge in charges), 6)


@dataclass(frozen=True, slots=True)
class Prices:
    """What submissions cost. With `counts_money` False (a simulator that takes none) everything is free."""

    counts_money: bool

    def estimate_usd(self, order: Order) -> float:
        return estimate_usd(order) if self.counts_money else 0.0

    def charged_usd(self, submission: Submission) -> float:
        """What the vendor deducted; what was estimated, where it was charged and the vendor does not say how much."""
        if not self.counts_money or not submission.charged:
            return 0.0
        return booked_usd(submission.charges) if submission.charges else submission.estimate_usd

    def spent_usd(self, submissions: Iterable[Submission]) -> float:
        return round(sum(self.charged_usd(submission) for submission in submissions), 6)


def _charge_usd(charge: Charge) -> float:
    amount = float(charge.amount)
    if charge.kind == "unit":
        return amount * UNIT_USD.get(charge.package, UNIT_USD["video"])
    return amount / CNY_PER_USD if charge.currency == "CNY" else amount
