"""Whole renders, small: what exists is used again, what is stopped or killed goes on, what fails falls back."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from reelwright_renderer.preview import preview_frame
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.testing import (
    ClipShape,
    card,
    plans_with_a_lost_gpu,
    request,
    scene,
    stored_asset,
    voice,
    write_clip,
    write_recording,
    write_still,
)

SETTINGS = RendererSettings(encoder="libx264", processes=2)


class Run:
    """Renders with one set of blobs and an empty work folder. The blobs' threads end with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blobs = folder, FolderBlobs(folder / "blobs")
        self.work = folder / "work"
        self.told: list[tuple[float, str]] = []
        self.work.mkdir(exist_ok=True)

    async def __call__(self, asked: RenderRequested, should_stop: Callable[[], bool] = lambda: False) -> Video:
        def progress(percent: float, doing: str) -> None:
            self.told.append((percent, doing))

        return await render(asked, self.blobs, self.work, progress, should_stop, settings=SETTINGS)

    async def asked(self) -> RenderRequested:
        """A clip, a still and a card, 2 s each, with a slide and a zoom between them."""
        blobs, folder = self.blobs, self.folder
        recording = write_recording(folder / "talk.wav", voice(20.0))
        audio = await blobs.put_file("audio-projects/project/recording", recording, content_type="audio/wav")
        clip = await stored_asset(blobs, 0, write_clip(folder / "a.mp4", ClipShape(frames=30)), duration_s=1.25)
        still = await stored_asset(blobs, 1, write_still(folder / "b.png", 120, 160))
        kinds = (media.TRANSITION_CUT, media.TRANSITION_SLIDE, media.TRANSITION_ZOOM)
        scenes = [scene(index, 1.0 + 4 * index, 2.0, kind) for index, kind in enumerate(kinds)]
        return request(audio, scenes, [clip, still, card(2)])

    async def segments(self) -> list[str]:
        return [info.key async for info in self.blobs.list("audio-projects/project/segments/")]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A video that several tests look at; they may use what is stored again, and change nothing of it."""

    folder: Path
    asked: RenderRequested
    video: Video
    told: list[tuple[float, str]]

    @property
    def path(self) -> Path:
        return self.folder / "blobs" / self.video.mp4.key

    def frames(self, format_: str) -> list[np.ndarray]:
        with av.open(str(self.path)) as container:
            return [frame.to_ndarray(format=format_) for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("rendered")

    async def make() -> Rendered:
        run = Run(folder)
        asked = await run.asked()
        video = await run(asked)
        run.blobs.close()
        return Rendered(folder, asked, video, run.told)

    return asyncio.run(make())


@pytest.fixture
def again(rendered: Rendered) -> Iterator[Run]:
    """Renders with all that `rendered` left."""
    run = Run(rendered.folder)
    yield run
    run.blobs.close()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Renders with nothing stored yet."""
    fresh = Run(tmp_path)
    yield fresh
    fresh.blobs.close()


async def test_a_request_becomes_a_video_with_its_side_files(rendered: Rendered, again: Run) -> None:
    video = rendered.video
    assert (video.frames, video.duration_s, video.width_px, video.height_px, video.fps) == (90, 6.0, 90, 160, 15.0)
    assert video.segments_rendered == 5
    assert video.loudness_lufs == pytest.approx(-14, abs=0.6)
    assert video.true_peak_dbtp <= -1
    assert not list(again.work.iterdir())
    for blob, name in [
        (video.mp4, "final_video.mp4"),
        (video.srt, "captions.srt"),
        (video.vtt, "captions.vtt"),
        (video.poster, "poster.jpg"),
        (video.timeline, "timeline.otio"),
    ]:
        assert blob.key == f"final-videos/project/1/{name}"
        info = await again.blobs.stat(blob.key)
        assert info is not None
        assert info.size_bytes == blob.size_bytes


def test_progress_rises_and_says_what_is_done(rendered: Rendered) -> None:
    percents = [percent for percent, _ in rendered.told]
    assert percents[0] == 0
    assert percents == sorted(percents)
    assert list(dict.fromkeys(doing for _, doing in rendered.told)) == ["rendering", "joining", "storing"]


def test_every_frame_is_there_and_none_is_shown_twice(rendered: Rendered) -> None:
    frames = [frame.astype(int) for frame in rendered.frames("gray")]
    assert len(frames) == 90
    assert min(float(np.abs(after - before).mean()) for before, after in pairwise(frames)) > 0.1
    assert min(frame.mean() for frame in frames) > 17, "no black stretch"
    (sound,) = read_spans(rendered.path, [(0, 7 * RATE)])
    assert np.flatnonzero(np.abs(sound[0]) > 0.01).max() == pytest.approx(6 * RATE, abs=0.1 * RATE)


async def test_the_same_again_renders_nothing(rendered: Rendered, again: Run) -> None:
    video = await again(rendered.asked)
    assert (video.segments_rendered, video.segments_reused) == (0, 5)
    assert video.mp4.sha256 == rendered.video.mp4.sha256
    assert video.loudness_lufs == rendered.video.loudness_lufs


async def test_an_edited_scene_costs_its_own_segments(rendered: Rendered, again: Run) -> None:
    asked = RenderRequested.FromString(rendered.asked.SerializeToString())
    asked.revision = 2
    still = write_still(again.folder / "other.png", 120, 160, seed=5)
    asked.assets[1].CopyFrom(await stored_asset(again.blobs, 1, still))
    video = await again(asked)
    assert (video.segments_rendered, video.segments_reused) == (3, 2)
    assert video.mp4.key == "final-videos/project/2/final_video.mp4"


@pytest.mark.parametrize(("time_s", "number"), [(0.5, 7), (99.0, 89)])
async def test_a_preview_is_the_frame_of_the_video(rendered: Rendered, again: Run, time_s: float, number: int) -> None:
    encoded = np.frombuffer(await preview_frame(rendered.asked, time_s, again.blobs), np.uint8)
    preview = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert preview is not None
    assert float(np.abs(preview.astype(int) - rendered.frames("bgr24")[number].astype(int)).mean()) < 6


async def test_a_stopped_render_ends_soon_and_goes_on_where_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped as soon as something is stored, long before all is."""
    asked = await run.asked()
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
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await run.asked()
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
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await run.asked()
    monkeypatch.setattr(render_module, "plan_renders", plans_with_a_lost_gpu)
    video = await run(asked)
    assert (video.encoder, video.segments_rendered) == ("libx264", 5)


async def test_a_broken_picture_is_rejected_with_its_reason(run: Run) -> None:
    asked = await run.asked()
    broken = await run.blobs.put_bytes("ai-generated/broken.png", b"no picture", content_type="image/png")
    asked.assets[1].blob.CopyFrom(broken)
    with pytest.raises(Reject) as rejected:
        await run(asked)
    assert rejected.value.reason_code == "asset_unreadable"
    assert not list(run.work.iterdir())
