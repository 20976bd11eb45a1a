"""The timeline as an OpenTimelineIO file: the edit, for any editor that reads it."""

import opentimelineio as otio

from reelwright_renderer.audio.recording import RATE
from reelwright_renderer.captions.port import CaptionGroup, CaptionPlan
from reelwright_renderer.timeline import AudioClip, Clip, Format, MediaKind, Play, Timeline, Transition

RationalTime, TimeRange = otio.opentime.RationalTime, otio.opentime.TimeRange


def otio_file(timeline: Timeline, captions: CaptionPlan, recording_key: str) -> str:
    """The file's text. Media are named by their keys among the stored objects; captions are markers on the picture."""
    written = otio.schema.Timeline(name=timeline.name, global_start_time=RationalTime(0, timeline.format.fps))
    written.metadata["reelwright"] = {"caption_style": timeline.caption_style, "language": timeline.language}
    written.tracks.append(_picture_track(timeline, captions))
    written.tracks.append(_sound_track(timeline, recording_key))
    text: str = written.to_json_string(indent=2)
    return text


def _picture_track(timeline: Timeline, captions: CaptionPlan) -> otio.schema.Track:
    track = otio.schema.Track(name="picture", kind=otio.schema.TrackKind.Video)
    for index, clip in enumerate(timeline.clips):
        if index and timeline.transitions[index - 1].place.count:
            track.append(_transition(timeline.transitions[index - 1], timeline.format))
        track.append(_clip(clip, timeline.format))
    track.markers.extend(_marker(group, timeline.format) for group in captions.groups)
    return track


def _clip(clip: Clip, format_: Format) -> otio.schema.Clip:
    seen = TimeRange(RationalTime(0, format_.fps), RationalTime(clip.seen.count, format_.fps))
    cut = TimeRange(RationalTime(clip.head, format_.fps), RationalTime(clip.place.count, format_.fps))
    written = otio.schema.Clip(name=clip.name, media_reference=_reference(clip, seen), source_range=cut)
    if isinstance(clip.effect, Play) and clip.effect.speed != 1:
        written.effects.append(otio.schema.LinearTimeWarp(name="slowed", time_scalar=clip.effect.speed))
    return written


def _reference(clip: Clip, available: otio.opentime.TimeRange) -> otio.core.MediaReference:
    if clip.media.kind is MediaKind.CARD:
        return otio.schema.GeneratorReference(
            name=clip.name, generator_kind="card", available_range=available, parameters={"seed": clip.media.seed}
        )
    return otio.schema.ExternalReference(target_url=clip.media.key, available_range=available)


def _transition(transition: Transition, format_: Format) -> otio.schema.Transition:
    return otio.schema.Transition(
        name=transition.kind,
        transition_type="SMPTE_Dissolve" if transition.kind == "fade" else "Custom_Transition",
        in_offset=RationalTime(transition.in_offset, format_.fps),
        out_offset=RationalTime(transition.out_offset, format_.fps),
    )


def _marker(group: CaptionGroup, format_: Format) -> otio.schema.Marker:
    """Captions at the frames on which they begin and end."""
    first, end = (RationalTime(round(time_s * format_.fps), format_.fps) for time_s in (group.start_s, group.end_s))
    return otio.schema.Marker(name=" ".join(group.lines), marked_range=TimeRange(first, end - first))


def _sound_track(timeline: Timeline, recording_key: str) -> otio.schema.Track:
    track = otio.schema.Track(name="voice", kind=otio.schema.TrackKind.Audio)
    elapsed_s = 0.0
    for clip in timeline.audio:
        if clip.start_s > elapsed_s:
            track.append(otio.schema.Gap(duration=_audio_time(clip.start_s - elapsed_s)))
        track.append(_sound(clip, recording_key))
        elapsed_s = clip.start_s + clip.duration_s
    return track


def _sound(clip: AudioClip, recording_key: str) -> otio.schema.Clip:
    heard = TimeRange(_audio_time(clip.source_start_s), _audio_time(clip.duration_s))
    return otio.schema.Clip(
        name="voice", media_reference=otio.schema.ExternalReference(target_url=recording_key), source_range=heard
    )


def _audio_time(time_s: float) -> otio.opentime.RationalTime:
    return RationalTime(round(time_s * RATE), RATE)
