"""What an order costs, in hundredths of a unit, and what a unit lists at."""

from __future__ import annotations

from decimal import Decimal

from reelwright_kling_sim.accounts import units_of
from reelwright_kling_sim.catalog import UNIT_PRICE_USD, Family, ImageModel, VideoModel
from reelwright_kling_sim.errors import invalid


def video_price_centi(
    model: VideoModel, resolution: str, duration_s: int, *, sound: str, sound_field: str, has_video: bool = False
) -> int:
    """The price of a clip.

    `sound` is "off" or the dialect's word for it; raises 1201 where the model has no such sound at that resolution.
    """
    rates = model.silent_centi if sound == "off" else model.sound_centi
    rate = model.video_input_centi.get(resolution, rates.get(resolution)) if has_video else rates.get(resolution)
    if rate is None:
        raise invalid(sound_field, sound)
    return rate * duration_s


def image_price_centi(model: ImageModel, resolution: str, count: int, *, has_reference: bool) -> int:
    """The price of `count` pictures."""
    one = model.reference_centi if has_reference else model.text_centi
    return count * (model.uhd_centi or one if resolution == "4k" else one)


def list_price_usd(family: Family, amount_centi: int) -> str:
    """What so many hundredths of a unit list at in USD, as the API writes it."""
    return f"{(units_of(amount_centi) * Decimal(UNIT_PRICE_USD[family])).normalize():f}"
