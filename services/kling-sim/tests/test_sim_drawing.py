"""Drawing: the cheap one, the real one in its process, and what happens when it fails or dies."""

from __future__ import annotations

import os
import signal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from reelwright_kling_sim.drawing import DrawingFailed, DrawingProcess, DrawJob, draw_or_fail
from reelwright_kling_sim.flat import draw_flat
from reelwright_kling_sim.testing import Bench, MakeBench


def job(path: Path, *, duration_s: float = 0.5, look: str = "auto", seed: int = 7) -> DrawJob:
    """A small job."""
    return DrawJob(str(path), "waves at dusk", look, seed, 90, 162, duration_s)


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_a_flat_clip_is_a_real_one(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.mp4"
    draw_flat(job(path, duration_s=5 + 1 / 24, seed=seed))
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")
    with av.open(str(path)) as clip:
        video, audio = clip.streams.video[0], clip.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.codec_context.pix_fmt) == (90, 162, "yuv420p")
        assert video.duration is not None
        assert video.time_base is not None
        assert video.duration * video.time_base == Fraction(121, 24)
        pictures = [frame.to_ndarray() for frame in clip.decode(video)]
    assert len(pictures) == 11
    assert all((one != next_one).any() for one, next_one in pairwise(pictures))


def test_a_flat_still_is_a_jpeg(tmp_path: Path) -> None:
    draw_flat(job(tmp_path / "a.jpg", duration_s=0))
    with av.open(str(tmp_path / "a.jpg")) as still:
        assert (still.streams.video[0].codec_context.name, still.streams.video[0].height) == ("mjpeg", 162)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_what_goes_wrong_is_a_failed_drawing_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DrawingFailed, match="FileNotFoundError"):
        draw_or_fail(draw_flat, job(tmp_path / "nowhere" / "a.jpg", duration_s=0))
    assert list(tmp_path.iterdir()) == []


def test_looks_are_drawn_in_a_process_that_outlives_failure_and_death(tmp_path: Path) -> None:
    draw = DrawingProcess()
    try:
        draw(job(tmp_path / "a.mp4"))
        with av.open(str(tmp_path / "a.mp4")) as clip:
            assert (clip.streams.video[0].height, clip.streams.video[0].frames) == (162, 12)
        with pytest.raises(DrawingFailed, match="no look"):
            draw(job(tmp_path / "b.mp4", look="nonsense"))
        assert draw._child is not None
        os.kill(draw._child.pid, signal.SIGKILL)
        with pytest.raises(DrawingFailed, match="ended with -9"):
            draw(job(tmp_path / "c.jpg", duration_s=0))
        draw(job(tmp_path / "c.jpg", duration_s=0))
    finally:
        draw.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "c.jpg"]
    with pytest.raises(DrawingFailed, match="stopping"):
        draw(job(tmp_path / "d.jpg", duration_s=0))


async def test_a_drawing_that_fails_once_is_tried_again(bench_with: MakeBench) -> None:
    failures = ["once"]

    def draw(wanted: DrawJob) -> None:
        if failures:
            raise DrawingFailed(failures.pop())
        draw_flat(wanted)

    async with bench_with(draw=draw, max_height=64) as bench:
        assert await _ended(bench) == ("succeeded", "", 1)


async def test_what_cannot_be_drawn_fails_free_of_charge(bench_with: MakeBench) -> None:
    def draw(_: DrawJob) -> None:
        raise OSError("the disk is full")

    async with bench_with(draw=draw) as bench:
        text = "The simulator could not draw it: OSError: the disk is full"
        assert await _ended(bench) == ("failed", text, 0)
        assert bench.sim.simulator.is_well


async def _ended(bench: Bench) -> tuple[str, str, int]:
    """How a clip ends: its status, its message, its number of bills."""
    task_id = await bench.clip()
    await bench.sim.settle()
    task = await bench.task(task_id)
    return task["status"], task["message"], len(task["billing"])
