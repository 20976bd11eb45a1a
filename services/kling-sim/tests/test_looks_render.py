"""The files: what a player and the renderer will read in them."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from reelwright_kling_sim.looks import Choice, look_for, render_clip, render_still
from reelwright_kling_sim.looks import render as render_module

SILK = Choice("silk", "rose")


def _clip(path: Path, **options: object) -> Path:
    settings: dict[str, object] = {"seed": 1, "width": 96, "height": 160, "duration_s": 0.5} | options
    render_clip(path, SILK, **settings)  # type: ignore[arg-type]
    return path


def test_clip_is_what_kling_would_send(tmp_path: Path) -> None:
    path = _clip(tmp_path / "clip.mp4", duration_s=1.0, fps=24)
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        context = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.width, context.height) == (96, 160)
        assert video.average_rate == 24
        assert (context.color_range, context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1, 1)
        assert audio.codec_context.name == "aac"
        assert float(video.duration * video.time_base) == pytest.approx(1.0, abs=0.001)  # type: ignore[operator]
        assert float(audio.duration * audio.time_base) == pytest.approx(1.0, abs=0.03)  # type: ignore[operator]
        assert sum(1 for _ in container.decode(video)) == 24
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_clip_shows_the_looks_colours(tmp_path: Path) -> None:
    path = _clip(tmp_path / "clip.mp4", width=192, height=320, crf=10)
    with av.open(str(path)) as container:
        decoded = next(container.decode(video=0)).to_ndarray(format="bgr24")
    drawn = look_for(SILK, seed=1, width=192, height=320).frame(0.0)
    assert (
        np.abs(decoded.astype(float).mean(axis=(0, 1)) - drawn.mean(axis=(0, 1))).max() < 3.5
    )  # the conversion truncates


def test_clip_without_audio_and_its_progress(tmp_path: Path) -> None:
    shares: list[float] = []
    path = _clip(tmp_path / "clip.mp4", audio=False, progress=shares.append, fps=12)
    with av.open(str(path)) as container:
        assert not container.streams.audio
    assert shares == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1.0])


def test_still_is_a_moment_of_the_clip(tmp_path: Path) -> None:
    render_still(tmp_path / "still.jpg", SILK, seed=1, width=216, height=384)
    still = cv2.imread(str(tmp_path / "still.jpg"))
    assert still is not None
    assert still.shape == (384, 216, 3)
    frame = look_for(SILK, seed=1, width=108, height=192).frame(3.0)
    small = cv2.resize(still, (108, 192), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(small.ravel(), frame.ravel())[0, 1] > 0.97


def test_mark_is_written_only_when_asked_and_only_in_its_corner(tmp_path: Path) -> None:
    for name, mark in (("plain", None), ("marked", "SIMULATED")):
        render_still(tmp_path / f"{name}.jpg", SILK, seed=1, width=270, height=480, mark=mark)
    plain, marked = (cv2.imread(str(tmp_path / f"{name}.jpg")) for name in ("plain", "marked"))
    assert plain is not None
    assert marked is not None
    changed = np.abs(marked.astype(int) - plain.astype(int)).max(axis=2) > 40
    rows, columns = np.nonzero(changed)
    assert changed.sum() > 50
    assert rows.min() > 480 * 0.9
    assert columns.min() > 270 * 0.5


def test_a_failed_clip_leaves_nothing(tmp_path: Path) -> None:
    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _clip(tmp_path / "clip.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("duration_s", [0.0, -1.0, render_module.MAX_DURATION_S + 0.1])
def test_refuses_a_length_that_no_look_serves(tmp_path: Path, duration_s: float) -> None:
    with pytest.raises(ValueError, match="at most 15 s"):
        _clip(tmp_path / "clip.mp4", duration_s=duration_s)
