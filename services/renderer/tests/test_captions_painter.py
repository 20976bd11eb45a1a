"""Captions in the picture: all ink in the safe box, the spoken word lit in its frames, every frame by itself."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelwright_renderer.captions.layout import Layout, lay_out
from reelwright_renderer.captions.masks import yuv_of
from reelwright_renderer.captions.painter import Painter
from reelwright_renderer.captions.placing import stage_for
from reelwright_renderer.captions.planning import Captions, plan_captions
from reelwright_renderer.captions.port import CaptionWord, Plane, Planes
from reelwright_renderer.captions.sheet import sample_words, style_sample
from reelwright_renderer.captions.styles import STYLES

SIZE = (270, 480)
FPS = 30
GREY = (90, 128, 128)
TEXT = "Captions that really look good. We like them very much, all of us."


def blank(width: int, height: int) -> Planes:
    sizes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    y, u, v = (np.full(size, level, np.uint8) for size, level in zip(sizes, GREY, strict=True))
    return y, u, v


def painted(painter: Painter, frame: int, size: tuple[int, int] = SIZE) -> Planes:
    planes = blank(*size)
    painter.draw(planes, frame)
    return planes


def touched(planes: Planes) -> Plane:
    """Where anything was painted, at luma size."""
    luma = planes[0] != GREY[0]
    for plane, level in zip(planes[1:], GREY[1:], strict=True):
        luma |= np.repeat(np.repeat(plane != level, 2, 0), 2, 1)
    return np.asarray(luma, np.uint8)


def assert_in_safe_box(planes: Planes, width: int, height: int) -> None:
    rows, columns = np.flatnonzero(touched(planes).any(1)), np.flatnonzero(touched(planes).any(0))
    if len(rows):
        assert columns[0] >= 120 * width / 1080
        assert columns[-1] < 888 * width / 1080
        assert rows[0] >= 288 * height / 1920
        assert rows[-1] < 1248 * height / 1920


LATIN = ("a", "I", "world", "Ünïcödé", "Donaudampfschifffahrtsgesellschaft", "jgÅp̌", "𝔘𝔫", "x" * 60)
OTHERS = ("важно", "σημαντικό", "الفيديو", "שלום", "ვიდეო", "视频", "ビデオ", "वीडियो", "สำคัญ", "영상은", "ﷺ", "👍🏽")
SIGNS = ("!!!", '"', "(", "<b>&amp;", "https://a.org/b-c", "\u202eabc", "1,000.50")
words_of_the_world = st.sampled_from(LATIN + OTHERS + SIGNS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(words_of_the_world, min_size=1, max_size=6), st.sampled_from(list(STYLES)), st.integers(0, 40))
def test_all_ink_is_in_the_safe_box(texts: list[str], style: str, frame: int) -> None:
    plan = plan_captions([CaptionWord(t, i * 0.2, i * 0.2 + 0.2) for i, t in enumerate(texts)], style, "en", *SIZE)
    assert_in_safe_box(painted(Painter(plan, FPS), frame), *SIZE)


@pytest.mark.full_size
@pytest.mark.parametrize("style", list(STYLES))
def test_all_ink_is_in_the_safe_box_at_full_size(style: str) -> None:
    size = (1080, 1920)
    plan = plan_captions(sample_words("Quickly jumping gypsies, Ångström jogging pluckily", 0.1), style, "en", *size)
    painter = Painter(plan, FPS)
    seen = [painted(painter, frame, size) for frame in (0, 1, 2, 4, 8, 12)]
    for planes in seen:
        assert_in_safe_box(planes, *size)
    assert touched(seen[3]).any()


@pytest.mark.parametrize("size", [(90, 160), (180, 320), (640, 360), (360, 360)])
def test_any_size_of_frame_has_captions_in_its_box(size: tuple[int, int]) -> None:
    plan = plan_captions(sample_words(TEXT), "highlight", "en", *size)
    planes = painted(Painter(plan, FPS), 6, size)
    assert touched(planes).any()
    assert_in_safe_box(planes, *size)


def layout_of(plan: Captions, index: int) -> Layout:
    return lay_out(plan.painted(plan.groups[index]), plan.style, stage_for(plan.width, plan.height), plan.language)


def lit_words(planes: Planes, layout: Layout, accent: str) -> list[int]:
    """Words whose ink has the accent's colour."""
    _, u, _ = yuv_of(accent)
    lit = []
    for index, ink in enumerate(layout.inks):
        inside = planes[1][ink.top // 2 : ink.bottom // 2, ink.left // 2 : ink.right // 2]
        if np.abs(inside.astype(float) - u).min() < 0.5 * abs(128 - u):
            lit.append(index)
    return lit


@pytest.mark.parametrize("style", ["highlight", "pop"])
def test_the_spoken_word_is_lit_from_its_first_frame_to_the_next_words(style: str) -> None:
    words = [
        CaptionWord(text, at, at + 0.2) for text, at in zip(["Look", "over", "here"], (0.51, 0.777, 1.2), strict=True)
    ]
    plan = plan_captions(words, style, "en", *SIZE)
    [group] = plan.groups
    layout, painter = layout_of(plan, 0), Painter(plan, FPS)
    firsts = [round(word.start_s * FPS) for word in words]
    for frame in range(firsts[0], round(group.end_s * FPS) - 2):  # then it fades
        spoken = max(i for i, first in enumerate(firsts) if first <= frame)
        assert lit_words(painted(painter, frame), layout, plan.style.accent) == [spoken], frame


def test_nothing_is_painted_before_and_after() -> None:
    plan = plan_captions([CaptionWord("Now", 1.0, 1.5)], "highlight", "en", *SIZE)
    painter = Painter(plan, FPS)
    seen = [frame for frame in range(80) if touched(painted(painter, frame)).any()]
    assert seen == list(range(30, round((1.5 + 0.35) * FPS)))


@pytest.mark.parametrize("style", list(STYLES))
def test_a_frame_looks_the_same_wherever_drawing_began(style: str) -> None:
    """Segments are drawn by different processes, and each begins somewhere else."""
    plan = plan_captions(sample_words(TEXT, 0.13), style, "en", *SIZE)
    whole = Painter(plan, FPS)
    frames = {frame: painted(whole, frame) for frame in range(60)}
    for start in (0, 17, 33, 34, 50):
        late = Painter(plan, FPS)
        for frame in range(start, min(start + 6, 60)):
            for one, two in zip(frames[frame], painted(late, frame), strict=True):
                assert np.array_equal(one, two), (start, frame)


@pytest.mark.parametrize("style", list(STYLES))
def test_equal_signatures_mean_equal_pictures(style: str) -> None:
    words = sample_words(TEXT, 0.13)
    later = [CaptionWord(word.text, word.start_s + 1, word.end_s + 1) for word in words]
    one, two = (plan_captions(w, style, "en", *SIZE) for w in (words, later))
    assert one.signature(10, 20, FPS) == two.signature(40, 50, FPS)
    for frame in range(10, 20):
        for a, b in zip(painted(Painter(one, FPS), frame), painted(Painter(two, FPS), frame + 30), strict=True):
            assert np.array_equal(a, b)


def test_what_no_font_has_is_left_out_of_the_picture() -> None:
    gone = "\U0003abcd"
    words = sample_words(f"Look{gone} {gone}{gone} here")
    plan, plain = (plan_captions(w, "highlight", "en", *SIZE) for w in (words, sample_words("Look here")))
    assert plan.missing_characters == gone
    one, two = (layout_of(p, 0).inks for p in (plan, plain))
    assert one[0].fill.mask.sum() == two[0].fill.mask.sum() > 0
    assert not one[1].fill.mask.any()
    nothing = plan_captions(sample_words(gone), "classic", "en", *SIZE)
    assert not touched(painted(Painter(nothing, FPS), 3)).any()
    assert nothing.groups[0].lines == (gone,)
    beside = plan_captions(sample_words(f"Look {gone * 30}"), "box", "en", *SIZE)
    assert touched(painted(Painter(beside, FPS), 5)).any()


def test_planes_may_be_views_with_a_stride() -> None:
    plan = plan_captions(sample_words(TEXT), "highlight", "en", *SIZE)
    padded = np.full((480, 300), 90, np.uint8), np.full((240, 160), 128, np.uint8), np.full((240, 160), 128, np.uint8)
    views = padded[0][:, :270], padded[1][:, :135], padded[2][:, :135]
    Painter(plan, FPS).draw(views, 6)
    for view, plain in zip(views, painted(Painter(plan, FPS), 6), strict=True):
        assert np.array_equal(view, plain)


def test_a_hebrew_line_runs_from_the_right() -> None:
    layout = layout_of(plan_captions(sample_words("שלום לכם"), "highlight", "he", *SIZE), 0)
    assert layout.inks[0].left > layout.inks[1].right


def test_captions_on_one_line_stand_at_one_height_whatever_their_letters() -> None:
    texts = ("aaa", "jgy", "ÅÄÖ", "ABC")
    bands = [layout_of(plan_captions([CaptionWord(t, 0, 1)], "karaoke", "en", *SIZE), 0) for t in texts]
    baselines = {layout.inks[0].bottom for layout in (bands[0], bands[3])}
    assert max(baselines) - min(baselines) <= 1


def test_sample_pictures_differ() -> None:
    pictures = [style_sample(style, width=180, height=320) for style in STYLES]
    assert all(picture.shape == (320, 180, 3) for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(STYLES)
