"""What a scene's picture is expected to cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_chassis.pictures import LONGEST_CLIP_S, SHORTEST_CLIP_S, STILL_USD, clip_s, clip_usd


@pytest.mark.parametrize(
    ("scene_s", "bought_s"), [(0.5, 3), (3.3, 3), (3.4, 4), (10.0, 10), (11.0, 10), (12.1, 11), (15.0, 11)]
)
def test_a_clip_is_a_little_shorter_than_its_scene(scene_s: float, bought_s: int) -> None:
    assert clip_s(scene_s) == bought_s


def test_prices_are_the_vendors() -> None:
    assert clip_usd(1.0) == pytest.approx(3 * 0.6 * 0.14)
    assert clip_usd(4.2, resolution="1080p") == pytest.approx(4 * 0.8 * 0.14)
    assert clip_usd(20.0, longest_s=8) == pytest.approx(8 * 0.6 * 0.14)
    assert pytest.approx(0.028) == STILL_USD


@given(st.floats(0, 60), st.floats(0, 60))
def test_a_longer_scene_never_costs_less(one_s: float, other_s: float) -> None:
    shorter, longer = sorted((one_s, other_s))
    assert SHORTEST_CLIP_S <= clip_s(shorter) <= clip_s(longer) <= LONGEST_CLIP_S
