"""Units: every frame in exactly one, and names that change exactly with what is shown."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_renderer.captions.port import NoCaptions
from reelwright_renderer.encode import Encoder
from reelwright_renderer.motion import choose_motion
from reelwright_renderer.timeline import (
    Clip,
    Drift,
    Effect,
    Format,
    FrameRange,
    Media,
    MediaKind,
    Play,
    Timeline,
    Transition,
    TransitionKind,
)
from reelwright_renderer.units import LEAST_PIECE_GOPS, PIECE_GOPS, Unit, cut_units, segment_name

FORMAT = Format(90, 160, 30)
ENCODER = Encoder().identity()
KINDS: dict[str, tuple[Media, Effect]] = {
    "clip": (Media(MediaKind.CLIP, "k", "1" * 64), Play(0.9)),
    "still": (Media(MediaKind.STILL, "k", "2" * 64), choose_motion("seed", 8)),
    "card": (Media(MediaKind.CARD, seed="seed"), Drift()),
}


def timeline_of(lengths: list[int], overlaps: list[int], kinds: list[str], format_: Format = FORMAT) -> Timeline:
    clips, cuts, start = [], [], 0
    overlaps = [
        min(most, before // 2, after // 2) for most, (before, after) in zip(overlaps, pairwise(lengths), strict=False)
    ]
    for index, (length, kind) in enumerate(zip(lengths, kinds, strict=False)):
        head = overlaps[index - 1] // 2 if index else 0
        tail = -(-overlaps[index] // 2) if index < len(overlaps) else 0
        media, effect = KINDS[kind]
        clips.append(Clip(f"scene-{index}", media, effect, FrameRange(start, start + length), head, tail))
        start += length
        if index < len(overlaps):
            kind_ = TransitionKind.FADE if overlaps[index] else TransitionKind.CUT
            cuts.append(Transition(kind_, start, overlaps[index] // 2, -(-overlaps[index] // 2)))
    return Timeline("", format_, tuple(clips), tuple(cuts), (), (), "none", "en")


lengths = st.lists(st.integers(2, 700), min_size=1, max_size=8)
overlaps = st.lists(st.integers(0, 15), min_size=8, max_size=8)
kinds = st.lists(st.sampled_from(sorted(KINDS)), min_size=8, max_size=8)


@given(lengths, overlaps, kinds)
def test_every_frame_belongs_to_exactly_one_unit(lengths: list[int], overlaps: list[int], kinds: list[str]) -> None:
    timeline = timeline_of(lengths, overlaps, kinds)
    frames = [frame for unit in cut_units(timeline) for frame in range(unit.frames.first, unit.frames.end)]
    assert frames == list(range(timeline.frames))


@given(lengths, overlaps, kinds)
def test_layers_are_what_is_seen_there(lengths: list[int], overlaps: list[int], kinds: list[str]) -> None:
    timeline = timeline_of(lengths, overlaps, kinds)
    for unit in cut_units(timeline):
        seen = [
            clip for clip in timeline.clips if clip.seen.first <= unit.frames.first and unit.frames.end <= clip.seen.end
        ]
        assert [layer.offset for layer in unit.layers] == [unit.frames.first - clip.seen.first for clip in seen]
        assert [layer.count for layer in unit.layers] == [clip.seen.count for clip in seen]
        assert len(unit.layers) == (1 if unit.transition is TransitionKind.CUT else 2)


@given(st.integers(2, 2000))
def test_pieces_are_whole_gops_of_bounded_length(length: int) -> None:
    gop = FORMAT.gop
    pieces = [unit.frames.count for unit in cut_units(timeline_of([length], [], ["card"]))]
    assert all(piece % gop == 0 for piece in pieces[:-1])
    assert max(pieces) < (PIECE_GOPS + LEAST_PIECE_GOPS) * gop
    assert len(pieces) == 1 or min(pieces) >= LEAST_PIECE_GOPS * gop


def test_a_longer_scene_keeps_its_first_pieces() -> None:
    short = names(timeline_of([400], [], ["clip"]))
    long = names(timeline_of([600], [], ["clip"]))
    assert long[: len(short) - 1] == short[:-1]


def test_a_scene_that_moves_in_the_video_keeps_its_segments() -> None:
    alone = names(timeline_of([300], [], ["clip"]))
    after_another = names(timeline_of([77, 300], [0], ["card", "clip"]))
    assert after_another[-len(alone) :] == alone


def test_an_edited_scene_changes_its_own_segments_and_its_transitions_only() -> None:
    timeline = timeline_of([200, 200, 200], [15, 15], ["clip", "still", "card"])
    other = replace(timeline.clips[1], media=Media(MediaKind.STILL, "k", "9" * 64))
    edited = replace(timeline, clips=(timeline.clips[0], other, timeline.clips[2]))
    touched = [
        unit.frames.first < other.seen.end and other.seen.first < unit.frames.end for unit in cut_units(timeline)
    ]
    changed = [before != after for before, after in zip(names(timeline), names(edited), strict=True)]
    assert changed == touched


def names(timeline: Timeline) -> list[str]:
    return [segment_name(unit, timeline.format, NoCaptions(), ENCODER) for unit in cut_units(timeline)]


def a_unit() -> Unit:
    """The transition, which shows two layers."""
    units = cut_units(timeline_of([100, 100], [15], ["clip", "still"]))
    return next(unit for unit in units if len(unit.layers) == 2)


class Captions:
    groups = ()

    def __init__(self, text: str) -> None:
        self._text = text

    def signature(self, first_frame: int, end_frame: int, fps: int) -> str:
        return self._text


@pytest.mark.parametrize(
    ("format_", "captions", "encoder"),
    [
        (replace(FORMAT, fps=25), NoCaptions(), ENCODER),
        (replace(FORMAT, width=92), NoCaptions(), ENCODER),
        (FORMAT, Captions("hello"), ENCODER),
        (FORMAT, NoCaptions(), Encoder(crf=21).identity()),
        (FORMAT, NoCaptions(), Encoder(preset="fast").identity()),
        (FORMAT, NoCaptions(), Encoder(name="h264_nvenc").identity()),
    ],
)
def test_whatever_changes_the_frames_changes_the_name(
    format_: Format, captions: NoCaptions | Captions, encoder: dict[str, object]
) -> None:
    assert segment_name(a_unit(), format_, captions, encoder) != segment_name(a_unit(), FORMAT, NoCaptions(), ENCODER)


@pytest.mark.parametrize(
    "change",
    [
        {"transition": TransitionKind.WIPE},
        {"layers": a_unit().layers[:1]},
        {"layers": (replace(a_unit().layers[0], offset=3), a_unit().layers[1])},
        {"layers": (replace(a_unit().layers[0], effect=Play(0.85)), a_unit().layers[1])},
        {"layers": (a_unit().layers[0], replace(a_unit().layers[1], count=500))},
        {"frames": FrameRange(92, 108)},
    ],
)
def test_whatever_is_shown_is_in_the_name(change: dict[str, object]) -> None:
    other = replace(a_unit(), **change)  # type: ignore[arg-type]
    assert segment_name(other, FORMAT, NoCaptions(), ENCODER) != segment_name(a_unit(), FORMAT, NoCaptions(), ENCODER)


@pytest.mark.parametrize(
    "change",
    [
        {"frames": FrameRange(1093, 1108)},
        {"layers": (replace(a_unit().layers[0], count=500), a_unit().layers[1])},
        {"layers": (replace(a_unit().layers[0], media=Media(MediaKind.CLIP, "moved", "1" * 64)), a_unit().layers[1])},
    ],
)
def test_what_does_not_change_the_frames_keeps_the_name(change: dict[str, object]) -> None:
    other = replace(a_unit(), **change)  # type: ignore[arg-type]
    assert segment_name(other, FORMAT, NoCaptions(), ENCODER) == segment_name(a_unit(), FORMAT, NoCaptions(), ENCODER)
