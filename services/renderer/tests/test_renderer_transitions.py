"""Transitions begin at one scene, end at the other, and go steadily from the one to the other."""

import numpy as np
import pytest

from reelwright_renderer.captions.port import Planes
from reelwright_renderer.frames import copy_planes, planes_of_bgr
from reelwright_renderer.testing import empty_planes, texture
from reelwright_renderer.timeline import TransitionKind
from reelwright_renderer.transitions import blend

MOVING = [kind for kind in TransitionKind if kind is not TransitionKind.CUT]
BEFORE, AFTER = planes_of_bgr(texture(90, 160, 1)), planes_of_bgr(texture(90, 160, 2))


def at(kind: TransitionKind, progress: float, before: Planes = BEFORE, after: Planes = AFTER) -> Planes:
    target, under = empty_planes(90, 160), empty_planes(90, 160)
    copy_planes(before, target)
    copy_planes(after, under)
    blend(kind, progress, target, under)
    return target


def differs(planes: Planes, other: Planes) -> float:
    return max(float(np.abs(a.astype(int) - b.astype(int)).mean()) for a, b in zip(planes, other, strict=True))


@pytest.mark.parametrize("kind", MOVING)
def test_it_begins_with_the_old_scene_and_ends_with_the_new_one(kind: TransitionKind) -> None:
    assert differs(at(kind, 0.0), BEFORE) < 0.6
    assert differs(at(kind, 1.0), AFTER) < 0.6


@pytest.mark.parametrize("kind", MOVING)
def test_every_step_shows_something_new_and_none_jumps(kind: TransitionKind) -> None:
    steps = [at(kind, (index + 1) / 16) for index in range(15)]
    changes = [differs(one, other) for one, other in zip([BEFORE, *steps], [*steps, AFTER], strict=True)]
    assert min(changes) > 0.003
    assert max(changes) < differs(BEFORE, AFTER)


@pytest.mark.parametrize("kind", MOVING)
def test_between_equal_scenes_of_one_colour_nothing_changes(kind: TransitionKind) -> None:
    grey = planes_of_bgr(np.full((160, 90, 3), 120, np.uint8))
    assert differs(at(kind, 0.4, grey, grey), grey) <= 0.02


def test_a_slide_pushes_the_old_scene_out() -> None:
    slid = at(TransitionKind.SLIDE, 0.5)
    shift = 44
    assert (slid[0][:, : 90 - shift] == BEFORE[0][:, shift:]).all()
    assert (slid[0][:, 90 - shift :] == AFTER[0][:, :shift]).all()
    assert (slid[1][:, 45 - shift // 2 :] == AFTER[1][:, : shift // 2]).all()


def test_a_wipe_has_a_soft_edge_between_clean_sides() -> None:
    wiped = at(TransitionKind.WIPE, 0.5)
    assert (wiped[0][:, :35] == BEFORE[0][:, :35]).all()
    assert (wiped[0][:, 55:] == AFTER[0][:, 55:]).all()
