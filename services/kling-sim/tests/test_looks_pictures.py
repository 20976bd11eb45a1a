"""Every look in every palette and variant: no picture is flat, black or burnt out, and none changes with its size."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from reelwright_kling_sim.looks import LOOKS, Choice, look_for
from reelwright_kling_sim.looks.paint import Frame
from reelwright_kling_sim.looks.palettes import PALETTES

CHOICES = [
    Choice(spec.name, palette, spec.variants[index % len(spec.variants)])
    for spec in LOOKS.values()
    for index, palette in enumerate(spec.palettes)
]
ONE_PER_VARIANT = [Choice(spec.name, spec.palettes[0], variant) for spec in LOOKS.values() for variant in spec.variants]


def _name(choice: Choice) -> str:
    return f"{choice.look}-{choice.palette}-{choice.variant or 'plain'}"


def _frame(choice: Choice, *, seed: int = 5, width: int = 96, height: int = 160, t_s: float = 1.0) -> Frame:
    return look_for(choice, seed=seed, width=width, height=height).frame(t_s)


def _luma(frame: Frame, width: int = 54, height: int = 96) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Brightness, small and blurred: what stays when grain and edges go."""
    small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (width, height), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 1.5).astype(np.float32)


def test_ten_looks_that_name_their_palettes() -> None:
    assert len(LOOKS) == 10
    for name, spec in LOOKS.items():
        assert spec.name == name
        assert len(spec.palettes) >= 3
        assert set(spec.palettes) <= set(PALETTES)
        assert spec.variants[0] == ""
        assert spec.description.endswith(".")


@pytest.mark.parametrize("choice", CHOICES, ids=_name)
def test_is_a_picture(choice: Choice) -> None:
    frame = _frame(choice)
    luma = _luma(frame)
    assert frame.shape == (160, 96, 3)
    assert frame.dtype == np.uint8
    assert luma.std() > 5, "flat"
    assert 8 < luma.mean() < 215, "black or burnt out"
    assert (luma > 250).mean() < 0.08
    assert np.ptp(frame.reshape(-1, 3).mean(axis=0)) > 1 or choice.palette == "storm", "colourless"


@pytest.mark.parametrize("choice", ONE_PER_VARIANT, ids=_name)
def test_a_seed_is_one_composition_at_every_size(choice: Choice) -> None:
    small, again = (_frame(choice, width=108, height=192, t_s=0.5) for _ in range(2))
    assert np.array_equal(small, again)
    large = _luma(_frame(choice, width=324, height=576, t_s=0.5))
    assert np.corrcoef(_luma(small).ravel(), large.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("choice", [Choice(spec.name, spec.palettes[0]) for spec in LOOKS.values()], ids=_name)
def test_another_seed_is_another_picture(choice: Choice) -> None:
    one, other = (_luma(_frame(choice, seed=seed, t_s=0.0)) for seed in (3, 4))
    assert np.abs(one - other).mean() > 2


@pytest.mark.full_size
def test_still_at_full_size_is_the_small_clips_picture() -> None:
    choice = Choice("hearth", "candle")
    still, clip = _frame(choice, width=1080, height=1920), _frame(choice, width=270, height=480)
    assert np.corrcoef(_luma(still).ravel(), _luma(clip).ravel())[0, 1] > 0.99


@pytest.mark.parametrize("choice", ONE_PER_VARIANT, ids=_name)
def test_moves_without_a_jump(choice: Choice) -> None:
    look = look_for(choice, seed=9, width=108, height=192)
    lumas = [_luma(look.frame(2 + index / 24)) for index in range(7)]
    steps = [float(np.abs(after - before).mean()) for before, after in pairwise(lumas)]
    assert min(steps) > 0.005, "frozen"
    assert max(steps) < 3.0 * float(np.median(steps)) + 0.15, "a jump"


ASPECTS = [(name, *((160, 96) if index % 2 else (96, 96))) for index, name in enumerate(LOOKS)]


@pytest.mark.parametrize(
    ("name", "width", "height"), [*ASPECTS, ("ridges", 160, 96), ("ocean", 160, 90), ("aurora", 160, 90)]
)
def test_other_aspects(name: str, width: int, height: int) -> None:
    choice = Choice(name, LOOKS[name].palettes[0], LOOKS[name].variants[-1])
    luma = _luma(_frame(choice, width=width, height=height, t_s=14.9 if name != "ink" else 1.0), 64, 64)
    assert luma.std() > 4
    assert (luma > 250).mean() < 0.08


def test_ink_goes_back_in_time() -> None:
    look = look_for(Choice("ink", "neon"), seed=1, width=96, height=160)
    early, _late = look.frame(0.5), look.frame(1.5)
    assert np.array_equal(early, look.frame(0.5))


@pytest.mark.parametrize(
    ("choice", "width", "height"),
    [
        (Choice("nothing", "dusk"), 96, 160),
        (Choice("wave", "ice"), 96, 160),
        (Choice("ocean", "dusk", "people"), 96, 160),
        (Choice("ocean", "dusk"), 97, 160),
        (Choice("ocean", "dusk"), 32, 160),
    ],
)
def test_refuses_what_cannot_be_drawn(choice: Choice, width: int, height: int) -> None:
    with pytest.raises(ValueError, match=r"not|least"):
        look_for(choice, seed=1, width=width, height=height)
