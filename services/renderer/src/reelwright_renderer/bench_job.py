"""The job that is measured: three clips and two stills under four transitions, captions, a voice. Made of nothing."""

from pathlib import Path

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.blobs.port import Blobs
from reelwright_renderer.compose import format_of
from reelwright_renderer.testing import (
    ClipShape,
    request,
    scene,
    stored_asset,
    voice,
    words,
    write_clip,
    write_recording,
    write_still,
)

JOB_S, QUICK_JOB_S = 24.0, 5.0
SCENES = 5
FULL_SIZE = RenderSettings(caption_style="highlight")
_TRANSITIONS = (
    media.TRANSITION_CUT,
    media.TRANSITION_FADE,
    media.TRANSITION_SLIDE,
    media.TRANSITION_WIPE,
    media.TRANSITION_ZOOM,
)
_LIKE_KLING = (("preset", "veryfast"), ("crf", "20"))
_TEXT = "every word that is spoken here stands in a caption and the picture moves beneath it".split()  # noqa: SIM905


async def build_job(blobs: Blobs, folder: Path, seconds: float, settings: RenderSettings) -> RenderRequested:
    """The request; its media are drawn into `folder` and stored."""
    each_s = seconds / SCENES
    recording = write_recording(folder / "talk.wav", voice(seconds + 10))
    audio = await blobs.put_file("audio-projects/bench/recording", recording, content_type="audio/wav")
    scenes = [scene(index, index * (each_s + 1), each_s, kind) for index, kind in enumerate(_TRANSITIONS)]
    assets = [await _asset(blobs, folder, index, each_s + 1, settings) for index in range(SCENES)]
    count = round((seconds + SCENES) / 0.35)
    spoken = words([_TEXT[index % len(_TEXT)] for index in range(count)], 0.0, each_s=0.35)
    asked = request(audio, scenes, assets, spoken, settings)
    asked.project_id = "bench"
    return asked


async def _asset(blobs: Blobs, folder: Path, index: int, seconds: float, settings: RenderSettings) -> media.Asset:
    """As they come: a still of the frame's size, a clip of two thirds of it."""
    size = format_of(settings)
    if index % 2:
        return await stored_asset(
            blobs, index, write_still(folder / f"{index}.png", size.width, size.height, seed=index)
        )
    shape = ClipShape(
        size.width * 2 // 3 // 2 * 2,
        size.height * 2 // 3 // 2 * 2,
        fps=24,
        frames=round(seconds * 24),
        step=3,
        options=_LIKE_KLING,
    )
    clip = write_clip(folder / f"{index}.mp4", shape, seed=index)
    return await stored_asset(blobs, index, clip, duration_s=seconds)


def edited(asked: RenderRequested) -> RenderRequested:
    """The same with one scene's picture exchanged for another scene's."""
    other = RenderRequested.FromString(asked.SerializeToString())
    other.assets[1].blob.CopyFrom(other.assets[3].blob)
    return other
