"""Caps: whole seconds, within what the gateway buys; nothing for what no provider makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright.events.v1 import media_pb2 as media
from reelwright_director.prices import CLIP_USD_PER_S, LONGEST_CLIP_S, SHORTEST_CLIP_S, STILL_USD, cap_usd


@pytest.mark.parametrize(
    ("kind", "duration_s", "usd"),
    [
        (media.ASSET_KIND_CLIP, 1.0, SHORTEST_CLIP_S * CLIP_USD_PER_S),
        (media.ASSET_KIND_CLIP, 60.0, LONGEST_CLIP_S * CLIP_USD_PER_S),
        (media.ASSET_KIND_STILL, 10.0, STILL_USD),
        (media.ASSET_KIND_CARD, 10.0, 0.0),
    ],
)
def test_each_kind_has_its_price(kind: int, duration_s: float, usd: float) -> None:
    assert cap_usd(kind, duration_s) == pytest.approx(usd)


@given(st.floats(0.1, 60), st.floats(0.1, 60))
def test_a_longer_scene_never_costs_less(one_s: float, other_s: float) -> None:
    shorter_s, longer_s = sorted((one_s, other_s))
    assert cap_usd(media.ASSET_KIND_CLIP, shorter_s) <= cap_usd(media.ASSET_KIND_CLIP, longer_s)
