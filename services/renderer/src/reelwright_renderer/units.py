"""Cuts a timeline into units that are rendered, kept and re-used apart: bodies of scenes, and transitions. Pure.

A unit becomes one segment: whole closed groups of pictures, named by the hash of everything that it shows and of what
encoded it. So an edit costs the units that it touches, and the rest is copied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from reelwright_chassis.ids import content_id
from reelwright_renderer.captions.port import CaptionPlan
from reelwright_renderer.timeline import (
    Clip,
    Effect,
    Format,
    FrameRange,
    Media,
    Timeline,
    Transition,
    TransitionKind,
)

PIECE_GOPS = 4
"""A long body is cut into pieces of this many GOPs (2 s): they balance the processes, and a word edited costs one."""
LEAST_PIECE_GOPS = 2
"""A shorter rest stays with the piece before it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One clip as a unit sees it: `offset` frames after the clip is first seen, of `count` frames in all."""

    media: Media
    effect: Effect
    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class Unit:
    """Frames of the video that are encoded as one segment: one layer, or two under a transition."""

    frames: FrameRange
    layers: tuple[Layer, ...]
    transition: TransitionKind = TransitionKind.CUT


def cut_units(timeline: Timeline) -> tuple[Unit, ...]:
    """All units in playing order; every frame of the video belongs to exactly one."""
    return tuple(_units(timeline))


def _units(timeline: Timeline) -> Iterator[Unit]:
    for index, clip in enumerate(timeline.clips):
        if index and (transition := timeline.transitions[index - 1]).place.count:
            yield _transition_unit(timeline.clips[index - 1], clip, transition)
        first = timeline.transitions[index - 1].place.end if index else 0
        end = timeline.transitions[index].place.first if index < len(timeline.transitions) else timeline.frames
        for piece in _pieces(FrameRange(first, end), timeline.format.gop):
            yield Unit(piece, (_layer(clip, piece.first),))


def _transition_unit(before: Clip, after: Clip, transition: Transition) -> Unit:
    place = transition.place
    return Unit(place, (_layer(before, place.first), _layer(after, place.first)), transition.kind)


def _layer(clip: Clip, first: int) -> Layer:
    return Layer(clip.media, clip.effect, offset=first - clip.seen.first, count=clip.seen.count)


def _pieces(body: FrameRange, gop: int) -> Iterator[FrameRange]:
    """Cut at multiples of the GOP from the body's start, so that a longer scene keeps its first pieces."""
    first = body.first
    while body.end - first >= (PIECE_GOPS + LEAST_PIECE_GOPS) * gop:
        yield FrameRange(first, first + PIECE_GOPS * gop)
        first += PIECE_GOPS * gop
    if first < body.end:
        yield FrameRange(first, body.end)


def segment_name(unit: Unit, format_: Format, captions: CaptionPlan, encoder: Mapping[str, object]) -> str:
    """The unit's name by content: equal exactly when the same pictures are encoded in the same way."""
    shown: dict[str, object] = {
        "format": asdict(format_),
        "frames": unit.frames.count,
        "layers": [_shown(layer, unit.frames.count) for layer in unit.layers],
        "transition": unit.transition,
        "captions": captions.signature(unit.frames.first, unit.frames.end, format_.fps),
        "encoder": dict(encoder),
    }
    return content_id("segment", shown).removeprefix("segment-")


def _shown(layer: Layer, frames: int) -> dict[str, object]:
    media = {"kind": layer.media.kind, "sha256": layer.media.sha256, "seed": layer.media.seed}
    return {"media": media, "effect": asdict(layer.effect), **_window(layer, frames)}


def _window(layer: Layer, frames: int) -> dict[str, object]:
    """How long a clip is shown in all does not change its frames; a camera move is paced by it."""
    timed: dict[str, object] = {"offset": layer.offset, "frames": frames}
    return timed if layer.media.kind == "clip" else {**timed, "count": layer.count}
