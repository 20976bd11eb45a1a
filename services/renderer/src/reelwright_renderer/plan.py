"""What has to exist for a video, by name. Reads fonts and asks for encoders, so it runs in a process of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright_renderer.audio.make import sound_name
from reelwright_renderer.captioning import plan_of
from reelwright_renderer.captions.port import CaptionPlan
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


def plan_renders(timeline: Timeline, recording_sha256: str, encoders: Sequence[Encoder]) -> tuple[Plan, ...]:
    """A plan for each of `encoders` that this machine has. Raises Reject for a caption style that nobody has."""
    captions = plan_of(timeline)
    sound = sound_name(recording_sha256, timeline.audio, timeline.duration_s)
    here = available(encoders, timeline.format)
    return tuple(_plan(timeline, captions, encoder, sound) for encoder in here)


def _plan(timeline: Timeline, captions: CaptionPlan, encoder: Encoder, sound: str) -> Plan:
    units, identity = cut_units(timeline), encoder.identity()
    names = tuple(segment_name(unit, timeline.format, captions, identity) for unit in units)
    return Plan(timeline, captions, encoder, units, names, sound)
