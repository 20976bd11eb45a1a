"""Clips: any shape, any rate, shorter than their scene; forwards, backwards and from the middle the same frames."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from reelwright_chassis.errors import Reject
from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.sources import clip_reader
from reelwright_renderer.sources.clip import ClipSource, mirrored
from reelwright_renderer.sources.clip_reader import ClipReader
from reelwright_renderer.sources.fit import cover_crop, upright
from reelwright_renderer.testing import ClipShape, empty_planes, write_clip, write_pictures
from reelwright_renderer.timeline import Format, Play

FORMAT = Format(90, 160, 30)
NUMBERED = ClipShape(width=90, height=160, frames=40, options=(("preset", "ultrafast"), ("crf", "12")))


def level(number: int) -> int:
    return 40 + 4 * number


def write_numbered(path: Path, shape: ClipShape = NUMBERED) -> Path:
    """Frame n is grey of level(n), so that any frame of the video says what it shows."""
    pictures = [np.full((shape.height, shape.width, 3), level(n), np.uint8) for n in range(shape.frames)]
    return write_pictures(path, pictures, shape)


def shown(source: ClipSource, index: int) -> float:
    """Which of the numbered frames is seen; a mix lies between two."""
    planes = empty_planes(FORMAT.width, FORMAT.height)
    source.draw(index, planes)
    full_range = (float(planes[0].mean()) - 16) * 255 / 219
    return (full_range - level(0)) / 4


def drawn(source: ClipSource, index: int) -> Planes:
    planes = empty_planes(FORMAT.width, FORMAT.height)
    source.draw(index, planes)
    return planes


def test_24_frames_a_second_play_on_30_at_their_own_pace(tmp_path: Path) -> None:
    source = ClipSource(write_numbered(tmp_path / "a.mp4"), Play(), 45, FORMAT)
    seen = [shown(source, index) for index in range(45)]
    assert seen == pytest.approx([index * 0.8 for index in range(45)], abs=0.35)
    assert min(np.diff(seen)) > 0.3, "no frame is shown twice"


def test_a_slowed_clip_takes_longer(tmp_path: Path) -> None:
    source = ClipSource(write_numbered(tmp_path / "a.mp4"), Play(0.8), 45, FORMAT)
    assert [shown(source, index) for index in (0, 25, 40)] == pytest.approx([0, 16, 25.6], abs=0.45)


def test_a_short_clip_goes_back_and_forth_without_a_jump(tmp_path: Path) -> None:
    source = ClipSource(write_numbered(tmp_path / "a.mp4"), Play(), 200, FORMAT)
    seen = np.array([shown(source, index) for index in range(200)])
    assert seen.max() == pytest.approx(39, abs=0.5)
    assert np.abs(np.diff(seen)).max() < 1.3
    assert ((np.diff(seen) > 0.2) | (np.diff(seen) < -0.2)).mean() > 0.95, "it never rests"
    assert seen[98] == pytest.approx(0, abs=1)


@pytest.mark.parametrize("gop", [5, 250])
def test_backwards_and_from_the_middle_the_frames_are_the_same(
    tmp_path: Path, gop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_reader, "BACKWARD_BYTES", 6 * 90 * 160 * 3 // 2)
    path = write_numbered(tmp_path / "a.mp4", ClipShape(90, 160, frames=40, gop=gop))
    forwards = ClipReader(path, FORMAT, 10)
    expected = {number: forwards.planes(number)[0].copy() for number in range(40)}
    for order in (range(39, -1, -1), [17, 3, 30, 29, 28, 31, 5]):
        reader = ClipReader(path, FORMAT, 10)
        for number in order:
            assert (reader.planes(number)[0] == expected[number]).all(), number
        reader.close()


def test_memory_does_not_grow_with_the_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_reader, "BACKWARD_BYTES", 6 * 90 * 160 * 3 // 2)
    reader = ClipReader(write_numbered(tmp_path / "a.mp4"), FORMAT, 10)
    most = 0
    for number in [*range(40), *range(39, -1, -1), *range(40)]:
        reader.planes(number)
        most = max(most, len(reader._kept))
    assert most <= 6


def test_only_what_is_needed_of_a_long_clip_is_indexed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", ClipShape(frames=240))
    assert len(ClipReader(path, FORMAT, 2.0).times_s) < 100


@pytest.mark.parametrize(
    ("width", "height"), [(90, 160), (92, 160), (160, 90), (120, 120), (64, 200), (180, 320), (48, 64)]
)
def test_any_shape_covers_the_frame(tmp_path: Path, width: int, height: int) -> None:
    shape = ClipShape(width, height, frames=3)
    white = [np.full((height, width, 3), 255, np.uint8)] * 3
    source = ClipSource(write_pictures(tmp_path / "a.mp4", white, shape), Play(), 3, FORMAT)
    assert int(drawn(source, 0)[0].min()) >= 234


def halves(width: int, height: int) -> Plane:
    """White above, black below."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2] = 255
    return picture


@pytest.mark.parametrize(("rotation", "white"), [(0, "top"), (90, "left"), (180, "bottom"), (270, "right")])
def test_rotated_clips_are_shown_upright(rotation: int, white: str) -> None:
    """The stored picture is white above; `rotation` counts counter-clockwise, as the display turns it."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=64, height=64, format=av.VideoFormat("bgr24"), time_base=Fraction(1))
    chain = [source, *(graph.add(name, arguments or None) for name, arguments in upright(rotation))]
    graph.link_nodes(*chain, graph.add("buffersink")).configure()
    graph.vpush(av.VideoFrame.from_ndarray(halves(64, 64), format="bgr24"))
    picture = graph.vpull().to_ndarray(format="gray")
    sides = {"top": picture[:20], "bottom": picture[-20:], "left": picture[:, :20], "right": picture[:, -20:]}
    assert max(sides, key=lambda side: float(sides[side].mean())) == white


def test_crops_are_the_middle_in_the_frames_shape() -> None:
    assert cover_crop(1920, 1080, Fraction(1), Format(1080, 1920, 30)) == (656, 0, 608, 1080)
    assert cover_crop(1080, 1920, Fraction(1), Format(1080, 1920, 30)) == (0, 0, 1080, 1920)
    assert cover_crop(1080, 1080, Fraction(1), Format(1080, 1920, 30)) == (236, 0, 608, 1080)
    assert cover_crop(720, 576, Fraction(16, 15), Format(1080, 1920, 30)) == (208, 0, 304, 576)


def test_what_is_no_clip_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    for content in (b"", b"not a clip", b"ffconcat version 1.0\nfile '/etc/hostname'\n"):
        path.write_bytes(content)
        with pytest.raises(Reject) as rejected:
            ClipReader(path, FORMAT, 1)
        assert rejected.value.reason_code == "asset_unreadable"


def test_a_clip_of_one_frame_is_rejected(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", ClipShape(frames=1))
    with pytest.raises(Reject, match="two frames"):
        ClipReader(path, FORMAT, 1)


def test_a_clip_that_breaks_off_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", ClipShape(90, 160, frames=40, gop=10))
    whole = path.read_bytes()
    start = whole.index(b"mdat") + (len(whole) - whole.index(b"mdat")) // 2
    path.write_bytes(whole[:start] + b"\0" * 400 + whole[start + 400 :])
    source = ClipSource(path, Play(), 50, FORMAT)
    for index in range(50):
        assert 10 < float(drawn(source, index)[0].mean()) < 235


def test_time_is_folded_there_and_back() -> None:
    assert [mirrored(time, 2.0) for time in (0, 1, 2, 3, 4, 5.5)] == pytest.approx([0, 1, 2, 1, 0, 1.5])
