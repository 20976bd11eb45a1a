"""Whole renders, small: what exists is used again, what is stopped or killed goes on, what fails falls back."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.media_pb2 import Video
from reelwright.events.v1.requests_pb2 import RenderRequested
from reelwright_chassis import processes
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.errors import Reject, Stopped
from reelwright_chassis.processes import ProcessCrashed
from reelwright_renderer import render as render_module
from reelwright_renderer.audio.recording import RATE, read_spans
from reelwright_renderer.encode import Encoder
from reelwright_renderer.preview import preview_frame
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.testing import (
    ClipShape,
    card,
    request,
    scene,
    stored_asset,
    voice,
    write_clip,
    write_recording,
    write_still,
)

SETTINGS = RendererSettings(encoder="libx264", processes=2)


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[FolderBlobs]:
    folder = FolderBlobs(tmp_path / "blobs")
    yield folder
    folder.close()


@pytest.fixture
async def asked(tmp_path: Path, blobs: FolderBlobs) -> RenderRequested:
    """A clip, a still and a card, 2 s each, with a slide and a zoom between them."""
    recording = write_recording(tmp_path / "talk.wav", voice(20.0))
    audio = await blobs.put_file("audio-projects/project/recording", recording, content_type="audio/wav")
    clip = await stored_asset(blobs, 0, write_clip(tmp_path / "a.mp4", ClipShape(frames=30)), duration_s=1.25)
    still = await stored_asset(blobs, 1, write_still(tmp_path / "b.png", 120, 160))
    kinds = (media.TRANSITION_CUT, media.TRANSITION_SLIDE, media.TRANSITION_ZOOM)
    scenes = [scene(index, 1.0 + 4 * index, 2.0, kind) for index, kind in enumerate(kinds)]
    return request(audio, scenes, [clip, still, card(2)])


class Run:
    """Renders with one set of blobs and an empty work folder."""

    def __init__(self, blobs: FolderBlobs, work: Path) -> None:
        self.blobs, self.work = blobs, work
        self.told: list[tuple[float, str]] = []
        work.mkdir()

    async def __call__(self, asked: RenderRequested, should_stop: Callable[[], bool] = lambda: False) -> Video:
        def progress(percent: float, doing: str) -> None:
            self.told.append((percent, doing))

        return await render(asked, self.blobs, self.work, progress, should_stop, settings=SETTINGS)

    async def segments(self) -> list[str]:
        return [info.key async for info in self.blobs.list("audio-projects/project/segments/")]


@pytest.fixture
def run(blobs: FolderBlobs, tmp_path: Path) -> Run:
    return Run(blobs, tmp_path / "work")


async def test_a_request_becomes_a_video_with_its_side_files(asked: RenderRequested, run: Run) -> None:
    video = await run(asked)
    assert (video.frames, video.duration_s, video.width_px, video.height_px, video.fps) == (90, 6.0, 90, 160, 15.0)
    assert video.segments_rendered == 5
    assert video.loudness_lufs == pytest.approx(-14, abs=0.6)
    assert video.true_peak_dbtp <= -1
    assert not list(run.work.iterdir())
    assert run.told[0] == (0, "rendering")
    assert [percent for percent, _ in run.told] == sorted(percent for percent, _ in run.told)
    for blob, name in [
        (video.mp4, "final_video.mp4"),
        (video.srt, "captions.srt"),
        (video.vtt, "captions.vtt"),
        (video.poster, "poster.jpg"),
        (video.timeline, "timeline.otio"),
    ]:
        assert blob.key == f"final-videos/project/1/{name}"
        info = await run.blobs.stat(blob.key)
        assert info is not None
        assert info.size_bytes == blob.size_bytes


async def test_every_frame_is_there_and_none_is_shown_twice(asked: RenderRequested, run: Run) -> None:
    video = await run(asked)
    async with run.blobs.local(video.mp4.key) as path:
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
        (sound,) = read_spans(path, [(0, 7 * RATE)])
    assert len(frames) == 90
    changes = [float(np.abs(after - before).mean()) for before, after in pairwise(frames)]
    assert min(changes) > 0.1
    assert min(frame.mean() for frame in frames) > 17, "no black stretch"
    assert np.flatnonzero(np.abs(sound[0]) > 0.01).max() == pytest.approx(6 * RATE, abs=0.1 * RATE)


async def test_the_same_again_renders_nothing(asked: RenderRequested, run: Run) -> None:
    first = await run(asked)
    again = await run(asked)
    assert (again.segments_rendered, again.segments_reused) == (0, 5)
    assert again.mp4.sha256 == first.mp4.sha256
    assert again.loudness_lufs == first.loudness_lufs


async def test_an_edited_scene_costs_its_own_segments(asked: RenderRequested, run: Run, tmp_path: Path) -> None:
    await run(asked)
    other = await stored_asset(run.blobs, 1, write_still(tmp_path / "other.png", 120, 160, seed=5))
    asked.assets[1].CopyFrom(other)
    edited = await run(asked)
    assert (edited.segments_rendered, edited.segments_reused) == (3, 2)


async def test_a_stopped_render_ends_soon_and_goes_on_where_it_was(
    asked: RenderRequested, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped as soon as something is stored, long before all is."""
    monkeypatch.setattr(processes, "_LOOK_FOR_STOP_S", 0.02)
    asked.settings.width_px, asked.settings.height_px, asked.settings.preset = 360, 640, "medium"

    def once_something_is_stored() -> bool:
        return any((tmp_path / "blobs/audio-projects/project/segments").glob("*.mp4"))

    with pytest.raises(Stopped):
        await run(asked, once_something_is_stored)
    kept = await run.segments()
    assert 1 <= len(kept) < 6
    assert not list(run.work.iterdir())
    video = await run(asked)
    assert video.frames == 90
    assert video.segments_rendered + video.segments_reused == 5
    assert set(kept) <= set(await run.segments())
    assert len(await run.segments()) == 6


def kill_render_processes() -> None:
    """SIGKILL to our own children that render."""
    threads = Path("/proc/self/task").glob("*/children")
    children = [pid for thread in threads for pid in thread.read_text().split()]
    for pid in children:
        if b"cpu_child" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(int(pid), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="finds its processes in /proc")
async def test_a_lost_process_fails_the_attempt_but_not_what_is_stored(
    asked: RenderRequested, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LOOK_FOR_STOP_S", 0.02)
    asked.settings.width_px, asked.settings.height_px = 360, 640

    def kill_and_go_on() -> bool:
        if any((tmp_path / "blobs/audio-projects/project/segments").glob("*.mp4")):
            kill_render_processes()
        return False

    with pytest.raises(ProcessCrashed):
        await run(asked, kill_and_go_on)
    kept = await run.segments()
    assert kept
    assert not list(run.work.iterdir())
    assert (await run(asked)).frames == 90
    assert set(kept) <= set(await run.segments())


async def test_an_encoder_that_fails_within_the_job_gives_way_to_the_next(
    asked: RenderRequested, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = Encoder(name="h264_nvenc"), Encoder(preset="ultrafast")
    monkeypatch.setattr(render_module, "candidates", lambda *_: (broken, sound))
    video = await run(asked)
    assert (video.encoder, video.segments_rendered) == ("libx264", 5)


async def test_a_broken_picture_is_rejected_with_its_reason(asked: RenderRequested, run: Run) -> None:
    broken = await run.blobs.put_bytes("ai-generated/broken.png", b"no picture", content_type="image/png")
    asked.assets[1].blob.CopyFrom(broken)
    with pytest.raises(Reject) as rejected:
        await run(asked)
    assert rejected.value.reason_code == "asset_unreadable"
    assert not list(run.work.iterdir())


async def test_a_preview_is_the_frame_of_the_video(asked: RenderRequested, run: Run) -> None:
    video = await run(asked)
    async with run.blobs.local(video.mp4.key) as path:
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for time_s, number in ((0.5, 7), (2.0, 30), (99.0, 89)):
        encoded = np.frombuffer(await preview_frame(asked, time_s, run.blobs), np.uint8)
        preview = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        assert preview is not None
        assert float(np.abs(preview.astype(int) - frames[number].astype(int)).mean()) < 6
