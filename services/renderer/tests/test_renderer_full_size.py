"""One short video at full size, held against what the platforms ask for."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_renderer.audio.recording import RATE, Samples, read_spans
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.testing import (
    ClipShape,
    request,
    scene,
    stored_asset,
    voice,
    write_clip,
    write_recording,
    write_still,
)


async def render_full_size(folder: Path) -> Path:
    """Two seconds: a short clip that has to be slowed and mirrored, and a still, with a fade between them."""
    blobs = FolderBlobs(folder / "blobs")
    recording = write_recording(folder / "talk.wav", voice(4.0))
    audio = await blobs.put_file("audio-projects/project/recording", recording, content_type="audio/wav")
    shape = ClipShape(720, 1280, fps=24, frames=18, step=4)
    clip = await stored_asset(blobs, 0, write_clip(folder / "a.mp4", shape), duration_s=0.75)
    still = await stored_asset(blobs, 1, write_still(folder / "b.png", 1080, 1920))
    scenes = [scene(0, 0.0, 1.0, media.TRANSITION_CUT), scene(1, 1.5, 1.0, media.TRANSITION_FADE)]
    asked = request(audio, scenes, [clip, still], settings=RenderSettings(caption_style="none"))
    settings = RendererSettings(encoder="libx264", processes=2)
    video = await render(asked, blobs, folder, lambda *_: None, lambda: False, settings=settings)
    blobs.close()
    return folder / "blobs" / video.mp4.key


@pytest.mark.full_size
async def test_the_video_is_what_the_platforms_ask_for(tmp_path: Path) -> None:
    path = await render_full_size(tmp_path)
    with av.open(str(path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        check_picture(picture)
        check_sound(sound)
        assert container.duration == pytest.approx(2_000_000, abs=22_000)
        frames = list(container.decode(picture))
        check_frames(frames)
    content = path.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    assert b"elst" not in content
    (heard,) = read_spans(path, [(0, 2 * RATE)])
    check_level(heard)
    check_sync(heard, voice(4.0))


def check_picture(stream: VideoStream) -> None:
    codec = stream.codec_context
    assert (codec.name, codec.profile, codec.pix_fmt) == ("h264", "High", "yuv420p")
    assert (codec.width, codec.height) == (1080, 1920)
    assert (codec.color_range, codec.colorspace, codec.color_primaries, codec.color_trc) == (1, 1, 1, 1)
    assert stream.average_rate == stream.base_rate == 30
    assert stream.start_time == 0
    assert stream.frames == 60


def check_sound(stream: AudioStream) -> None:
    codec = stream.codec_context
    assert (codec.name, codec.profile, codec.sample_rate, codec.layout.name) == ("aac", "LC", 48_000, "stereo")
    assert stream.start_time == 0


def check_frames(frames: list[av.VideoFrame]) -> None:
    """Every frame at its time, none black, none like the one before it."""
    assert [round((frame.time or 0) * 30, 6) for frame in frames] == list(range(60))
    pictures = [frame.to_ndarray(format="gray")[::4, ::4].astype(int) for frame in frames]
    assert min(picture.mean() for picture in pictures) > 40
    assert min(float(np.abs(after - before).mean()) for before, after in pairwise(pictures)) > 0.15


def check_level(sound: Samples) -> None:
    """By another implementation than the renderer's."""
    assert pyloudnorm.Meter(RATE).integrated_loudness(sound.T.astype(np.float64)) == pytest.approx(-14, abs=1)


def check_sync(sound: Samples, recording: NDArray[np.float32]) -> None:
    """What is heard in the middle of each scene is what the plan puts there, to the sample."""
    for heard_s, source_s in ((0.3, 0.3), (1.3, 1.8)):
        heard = sound[0, round(heard_s * RATE) :][: RATE // 2]
        offsets = range(-2000, 2001)
        source = [recording[round(source_s * RATE) + offset :][: RATE // 2] for offset in offsets]
        likeness = [float(heard @ part) / float(np.linalg.norm(part)) for part in source]
        assert abs(offsets[int(np.argmax(likeness))]) <= 2
