"""Coverage and strips: colours land where they should, emoji keep their own, nothing leaves the strip."""

import numpy as np
import pytest

from reelwright_renderer.captions.colour import to_planes, to_rgb
from reelwright_renderer.captions.masks import Patch, grow, rounded, soften, thicken, yuv_of
from reelwright_renderer.captions.shaping import Span, WordInk, _pictures
from reelwright_renderer.captions.strip import Rectangle, Strip

PLACE = Rectangle(10, 20, 40, 30)


def frame_of(level: int = 90) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.full((80, 80), level, np.uint8), np.full((40, 40), 128, np.uint8), np.full((40, 40), 128, np.uint8)


def solid(width: int, height: int, level: int = 255) -> np.ndarray:
    return np.full((height, width), level, np.uint8)


@pytest.mark.parametrize(
    ("colour", "yuv"), [("#FFFFFF", (235, 128, 128)), ("#000000", (16, 128, 128)), ("#FF0000", (63, 102, 240))]
)
def test_colours_are_bt709_in_limited_range(colour: str, yuv: tuple[int, int, int]) -> None:
    assert yuv_of(colour) == pytest.approx(yuv, abs=0.6)


def test_rgb_goes_there_and_back() -> None:
    rgb = np.full((8, 8, 3), (200, 90, 30), np.uint8)
    assert np.abs(to_rgb(to_planes(rgb)).astype(int) - rgb).max() <= 2


def test_a_painted_patch_has_its_colour_and_the_rest_is_untouched() -> None:
    strip, frame = Strip(PLACE), frame_of()
    strip.paint(Patch(solid(8, 6), 20, 30), "#FFD60A")
    strip.blend(frame)
    y, u, v = yuv_of("#FFD60A")
    assert frame[0][30:36, 20:28] == pytest.approx(y, abs=1)
    assert frame[1][16:17, 11:13] == pytest.approx(u, abs=1)
    assert frame[2][16:17, 11:13] == pytest.approx(v, abs=1)
    assert (frame[0][40:] == 90).all()
    assert (frame[0][:, 30:] == 90).all()


def test_what_lies_outside_the_strip_is_cut_off() -> None:
    strip, frame = Strip(PLACE), frame_of()
    strip.paint(Patch(solid(100, 100), 0, 0), "#FFFFFF")
    strip.paint(Patch(solid(5, 5), 70, 70), "#FFFFFF")
    strip.blend(frame)
    white = np.argwhere(frame[0] > 200)
    assert white.min(0).tolist() == [20, 10]
    assert white.max(0).tolist() == [49, 49]


def test_odd_places_are_padded_to_even_ones() -> None:
    patch = Patch(solid(5, 7), 11, 21)
    assert (patch.x, patch.y, patch.mask.shape) == (10, 20, (8, 6))
    assert patch.half.shape == (4, 3)


def test_an_emoji_keeps_its_own_colours_zoomed_too() -> None:
    red = np.zeros((10, 10, 3), np.uint8)
    red[..., 0] = 255
    for patch in (Patch(solid(10, 10), 20, 30, red), Patch(solid(10, 10), 20, 30, red).zoomed(1.2, 25, 35)):
        strip, frame = Strip(PLACE), frame_of()
        strip.paint(patch, "#FFFFFF")
        strip.blend(frame)
        assert [
            plane[at, to] for plane, at, to in zip(frame, (35, 17, 17), (25, 12, 12), strict=True)
        ] == pytest.approx(yuv_of("#FF0000"), abs=2)


def test_zooming_keeps_the_centre_and_scales_the_area() -> None:
    zoomed = Patch(solid(20, 20), 20, 20).zoomed(1.5, 30, 30)
    ys, xs = np.nonzero(zoomed.mask > 127)
    assert zoomed.x + xs.mean() == pytest.approx(29.5, abs=0.6)
    assert zoomed.y + ys.mean() == pytest.approx(29.5, abs=0.6)
    assert len(xs) == pytest.approx(900, rel=0.05)


def test_fading_is_linear() -> None:
    strip, frame = Strip(PLACE), frame_of()
    strip.paint(Patch(solid(8, 6), 20, 30), "#FFFFFF")
    strip.faded(0.5).blend(frame)
    assert frame[0][32, 24] == pytest.approx((235 + 90) / 2, abs=2)


def test_a_zoomed_strip_keeps_its_centre_in_luma_and_chroma() -> None:
    strip, frame = Strip(PLACE), frame_of()
    strip.paint(Patch(solid(20, 16), 20, 28), "#FF0000")
    strip.zoomed(0.5, 30, 36).blend(frame)
    ys, xs = np.nonzero(frame[0] < 80)
    assert (xs.mean(), ys.mean()) == pytest.approx((29.5, 35.5), abs=0.5)
    assert len(xs) == pytest.approx(80, rel=0.2)
    ys, xs = np.nonzero(frame[2] > 180)
    assert (2 * xs.mean(), 2 * ys.mean() + 0.5) == pytest.approx((29.5, 35.5), abs=1)


def test_columns_are_taken() -> None:
    white, strip, frame = Strip(PLACE), Strip(PLACE), frame_of()
    white.paint(Patch(solid(40, 30), 10, 20), "#FFFFFF")
    strip.paint(Patch(solid(40, 30), 10, 20), "#000000")
    strip.take_columns(white, 4, 6)
    strip.blend(frame)
    assert (np.flatnonzero(frame[0][30] > 200) - PLACE.x).tolist() == list(range(4, 10))


def test_growing_thickening_softening_and_rounding() -> None:
    dot = np.zeros((21, 21), np.uint8)
    dot[10, 10] = 255
    outline, pad = grow(dot, 5)
    assert (outline > 127).sum() == pytest.approx(np.pi * 25, rel=0.25)
    assert outline.shape[0] == 21 + 2 * pad
    assert thicken(solid(4, 4), 0).shape == (4, 4)
    assert thicken(solid(4, 4), 2).shape == (8, 8)
    assert soften(solid(40, 40), 4).min() > 0
    corner = rounded(0.5, 0.5, 20, 10, 4)
    assert corner.mask[0, 0] == 0
    assert corner.mask.sum() / 255 == pytest.approx(200 - (4 - np.pi) * 16, rel=0.02)


def test_emoji_are_given_to_the_words_in_whose_boxes_they_lie() -> None:
    emoji = np.zeros((4, 10, 4), np.uint8)
    emoji[:, 6:8] = 255

    def render(span: Span) -> np.ndarray:
        assert "background" in span(0)
        boxes = np.zeros((4, 10, 4), np.uint8)
        boxes[:, :5] = (1, 0, 254, 255)
        boxes[:, 5:] = (2, 0, 254, 255)
        return boxes

    first, second = _pictures(2, render, emoji)
    assert first is None
    assert second is not None
    assert np.flatnonzero(second[..., 3].any(0)).tolist() == [6, 7]
    assert WordInk(np.zeros((4, 10), np.uint8), second).covered.any()
