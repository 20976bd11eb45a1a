"""Caps: nothing for what no provider makes."""

import pytest

from reelwright.events.v1 import media_pb2 as media
from reelwright_chassis.pictures import STILL_USD, clip_usd
from reelwright_director.prices import cap_usd


@pytest.mark.parametrize(
    ("kind", "usd"),
    [(media.ASSET_KIND_CLIP, clip_usd(10.0)), (media.ASSET_KIND_STILL, STILL_USD), (media.ASSET_KIND_CARD, 0.0)],
)
def test_each_kind_has_its_price(kind: int, usd: float) -> None:
    assert cap_usd(kind, 10.0) == pytest.approx(usd)
