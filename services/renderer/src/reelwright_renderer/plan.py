"""What has to exist for a video, by name. Reads fonts and asks for encoders, so it runs in a process of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_renderer.audio.make import sound_name
from reelwright_renderer.captioning import plan_of
from reelwright_renderer.captions.port import CaptionPlan
from reelwright_renderer.compose import compose
from reelwright_renderer.encode import Encoder, available
from reelwright_renderer.timeline import Timeline
from reelwright_renderer.units import Unit, cut_units, segment_name


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to make the video: its units by segment name, with one encoder throughout, and its sound's name."""

    timeline: Timeline
    captions: CaptionPlan
    encoder: Encoder
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    sound: str


def plan_renders(request: RenderRequested, encoders: Sequence[Encoder]) -> tuple[Plan, ...]:
    """A plan for each of `encoders` that this machine has. Raises Reject for what no attempt can render."""
    timeline = compose(request)
    captions = plan_of(timeline)
    here = available(encoders, timeline.format)
    return tuple(_plan(request, timeline, captions, encoder) for encoder in here)


def _plan(request: RenderRequested, timeline: Timeline, captions: CaptionPlan, encoder: Encoder) -> Plan:
    units, identity = cut_units(timeline), encoder.identity()
    names = tuple(segment_name(unit, timeline.format, captions, identity) for unit in units)
    sound = sound_name(request.audio.sha256, timeline.audio, timeline.duration_s)
    return Plan(timeline, captions, encoder, units, names, sound)
