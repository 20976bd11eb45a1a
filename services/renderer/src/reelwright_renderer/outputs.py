"""Stores a finished video and what lies beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reelwright.events.v1.media_pb2 import Note, Video
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_renderer.audio.loudness import TARGET_LUFS
from reelwright_renderer.audio.meter import Level
from reelwright_renderer.captioning import unpaintable
from reelwright_renderer.captions.port import CaptionPlan
from reelwright_renderer.otio import otio_file
from reelwright_renderer.subtitles import subtitle_files
from reelwright_renderer.timeline import Timeline

QUIET_LU = 1.0
"""Further below the target than this, the result says so."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a render made, as local files and facts."""

    video: Path
    poster: Path
    level: Level
    encoder: str
    segments_rendered: int
    segments_reused: int


async def store_outputs(
    request: RenderRequested, timeline: Timeline, captions: CaptionPlan, made: Made, blobs: Blobs
) -> Video:
    """Store all files under `final-videos/{project_id}/{revision}/`, the video last: where it is, all is."""
    folder = f"final-videos/{request.project_id}/{request.revision}"
    srt, vtt = subtitle_files(captions.groups)
    edit = otio_file(timeline, captions, request.audio.key)
    video = _facts(timeline, captions, made)
    texts = [
        (video.srt, "captions.srt", srt, "application/x-subrip"),
        (video.vtt, "captions.vtt", vtt, "text/vtt"),
        (video.timeline, "timeline.otio", edit, "application/vnd.pixar.opentimelineio+json"),
    ]
    for field, name, text, kind in texts:
        field.CopyFrom(await blobs.put_bytes(f"{folder}/{name}", text.encode(), content_type=kind))
    video.poster.CopyFrom(await blobs.put_file(f"{folder}/poster.jpg", made.poster, content_type="image/jpeg"))
    video.mp4.CopyFrom(await blobs.put_file(f"{folder}/final_video.mp4", made.video, content_type="video/mp4"))
    return video


def _facts(timeline: Timeline, captions: CaptionPlan, made: Made) -> Video:
    return Video(
        duration_s=timeline.duration_s,
        frames=timeline.frames,
        width_px=timeline.format.width,
        height_px=timeline.format.height,
        fps=timeline.format.fps,
        encoder=made.encoder,
        loudness_lufs=made.level.lufs,
        true_peak_dbtp=made.level.dbtp,
        segments_rendered=made.segments_rendered,
        segments_reused=made.segments_reused,
        notes=[*_quiet(made.level), *_unpaintable(unpaintable(captions))],
    )


def _quiet(level: Level) -> Iterator[Note]:
    if level.lufs < TARGET_LUFS - QUIET_LU:
        yield Note(
            code="quiet_sound", message=f"The sound stays at {level.lufs:.1f} LUFS; louder it would be distorted."
        )


def _unpaintable(characters: str) -> Iterator[Note]:
    if characters:
        shown = "".join(characters[:20])
        message = f"No font here has the characters {shown}: captions lack them. Install a font of that script (Noto)."
        yield Note(code="font_missing", message=message)
