"""Cards and stills: right size, always in motion, exact below the pixel."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from reelwright_chassis.errors import Reject
from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.frames import Canvas, copy_planes, planes_of_bgr, views
from reelwright_renderer.motion import MARGIN, choose_motion
from reelwright_renderer.sources.card import CardSource
from reelwright_renderer.sources.port import Source
from reelwright_renderer.sources.still import WIDEST, StillSource, scale_to_cover
from reelwright_renderer.testing import empty_planes, texture, write_still
from reelwright_renderer.timeline import Format, KenBurns

FORMAT = Format(180, 320, 30)
RESTING = KenBurns(1.0, 1.0, (0.5, 0.5), (0.5, 0.5))


def drawn(source: Source, index: int, format_: Format = FORMAT) -> Planes:
    planes = empty_planes(format_.width, format_.height)
    source.draw(index, planes)
    return planes


def test_views_write_into_the_frame_and_skip_its_padding() -> None:
    canvas = Canvas(Format(90, 160, 30))
    assert [plane.shape for plane in canvas.planes] == [(160, 90), (80, 45), (80, 45)]
    canvas.planes[0][:] = 77
    assert (views(canvas.frame)[0] == 77).all()


def test_grey_is_converted_to_limited_range() -> None:
    y, u, v = planes_of_bgr(np.full((4, 4, 3), 255, np.uint8))
    assert (int(y[0, 0]), int(u[0, 0]), int(v[0, 0])) == (235, 128, 128)


def test_red_is_converted_by_bt709() -> None:
    y, u, v = planes_of_bgr(np.full((4, 4, 3), (0, 0, 255), np.uint8))
    assert (int(y[0, 0]), int(u[0, 0]), int(v[0, 0])) == pytest.approx((63, 102, 240), abs=1)


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_card_never_rests_and_stays_in_range(seed: str) -> None:
    card = CardSource(seed, FORMAT)
    frames = [drawn(card, index)[0].astype(int) for index in range(0, 300, 10)]
    changes = [float(np.abs(after - before).mean()) for before, after in pairwise(frames)]
    assert min(changes) > 0.5
    assert min(frame.min() for frame in frames) >= 16
    assert max(frame.max() for frame in frames) <= 235


def test_a_card_is_the_same_for_the_same_seed_only() -> None:
    assert (drawn(CardSource("a", FORMAT), 7)[0] == drawn(CardSource("a", FORMAT), 7)[0]).all()
    assert (drawn(CardSource("a", FORMAT), 7)[0] != drawn(CardSource("b", FORMAT), 7)[0]).any()


def dots(width: int, height: int) -> Plane:
    """Soft dots on a dark ground, whose places can be measured far below the pixel."""
    picture = np.zeros((height, width), np.float32)
    ys, xs = np.mgrid[0:height, 0:width]
    for x, y in ((0.3, 0.2), (0.7, 0.35), (0.5, 0.5), (0.35, 0.65), (0.65, 0.8)):
        picture += np.exp(-((xs - x * width) ** 2 + (ys - y * height) ** 2) / (2 * 4.0**2))
    return np.repeat((20 + 200 * picture).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def places(y: Plane) -> np.ndarray:
    """Centres of the dots, by centroid."""
    bright = y.astype(np.float64) - 40
    bright[bright < 0] = 0
    count, labels = cv2.connectedComponents((bright > 0).astype(np.uint8))
    ys, xs = np.mgrid[0 : y.shape[0], 0 : y.shape[1]]
    found = []
    for label in range(1, count):
        weight = bright * (labels == label)
        found.append((float((xs * weight).sum() / weight.sum()), float((ys * weight).sum() / weight.sum())))
    return np.array(sorted(found, key=lambda place: place[0] + 3 * place[1]))


def test_a_camera_move_is_smooth_below_the_pixel(tmp_path: Path) -> None:
    path = tmp_path / "dots.png"
    cv2.imwrite(str(path), dots(220, 390))
    count = 120
    still = StillSource(path, KenBurns(1.0, 1.12, (0.4, 0.45), (0.6, 0.55)), count, FORMAT)
    paths = np.array([places(drawn(still, index)[0]) for index in range(count)])
    steps = np.diff(paths, axis=0)
    jerks = np.abs(np.diff(steps, axis=0))
    assert paths.shape[1] == 5
    assert np.abs(steps).max() > 0.1, "it moves"
    assert jerks.max() < 0.1, "whole-pixel jumps would be 1"
    smoothed = np.array(
        [np.convolve(paths[:, dot, axis], np.ones(9) / 9, "valid") for dot in range(5) for axis in (0, 1)]
    )
    straight = np.array([paths[4:-4, dot, axis] for dot in range(5) for axis in (0, 1)])
    assert float(np.sqrt(((straight - smoothed) ** 2).mean())) < 0.03


def test_a_camera_move_is_gentle_at_its_ends_but_never_rests(tmp_path: Path) -> None:
    path = tmp_path / "dots.png"
    cv2.imwrite(str(path), dots(220, 390))
    still = StillSource(path, KenBurns(1.0, 1.3, (0.5, 0.5), (0.5, 0.5)), 101, FORMAT)
    first, second, middle, next_to_middle = (places(drawn(still, index)[0])[0] for index in (0, 2, 49, 51))
    at_end, in_middle = np.abs(second - first).max(), np.abs(next_to_middle - middle).max()
    assert 0.4 * in_middle < at_end < 0.8 * in_middle


@pytest.mark.parametrize(("width", "height"), [(180, 320), (90, 160), (400, 225), (301, 303), (33, 77), (64, 900)])
def test_any_picture_covers_the_frame(tmp_path: Path, width: int, height: int) -> None:
    white = tmp_path / "white.png"
    cv2.imwrite(str(white), np.full((height, width, 3), 255, np.uint8))
    still = StillSource(white, choose_motion("seed", 6), 30, FORMAT)
    for index in (0, 15, 29):
        assert min(int(plane.min()) for plane in drawn(still, index)[:1]) == 235


def test_wide_pictures_are_cropped_so_that_memory_is_bounded() -> None:
    scaled = scale_to_cover(texture(3000, 400, 1), FORMAT, 1.2)
    assert scaled.shape[1] <= FORMAT.width * 1.2 * WIDEST + 4


def test_at_rest_a_still_is_the_picture_itself(tmp_path: Path) -> None:
    path = write_still(tmp_path / "still.png", FORMAT.width, FORMAT.height)
    expected = planes_of_bgr(texture(FORMAT.width, FORMAT.height, 1))
    for shown, wanted in zip(drawn(StillSource(path, RESTING, 10, FORMAT), 5), expected, strict=True):
        assert np.abs(shown.astype(int) - wanted.astype(int)).mean() < 3


def test_what_is_no_picture_is_rejected(tmp_path: Path) -> None:
    for content in (b"", b"not a picture", b"\x89PNG\r\n\x1a\n"):
        path = tmp_path / "still.png"
        path.write_bytes(content)
        with pytest.raises(Reject, match="cannot be read"):
            StillSource(path, RESTING, 10, FORMAT)


def test_motions_are_chosen_by_seed_within_bounds() -> None:
    moves = [choose_motion(str(seed), 8.0) for seed in range(60)]
    assert choose_motion("1", 8.0) == moves[1]
    assert len(set(moves)) == len(moves)
    for move in moves:
        zooms = sorted((move.zoom_from, move.zoom_to))
        assert zooms[0] == pytest.approx(MARGIN, abs=1e-4)
        assert 1.06 < zooms[1] / zooms[0] < 1.23
        assert all(0 <= focus <= 1 for focus in (*move.focus_from, *move.focus_to))
    zooming_in = sum(move.zoom_to > move.zoom_from for move in moves)
    assert 15 < zooming_in < 55


def test_planes_are_copied_whole() -> None:
    source, target = planes_of_bgr(texture(8, 8, 2)), empty_planes(8, 8)
    copy_planes(source, target)
    assert all((a == b).all() for a, b in zip(source, target, strict=True))
