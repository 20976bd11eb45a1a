"""A video at full size, looked at by an independent checker: what a platform wants to be given."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import av
import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from e2e.judging import boxes, loudness, picture_faults
from e2e.sharing import once

pytestmark = pytest.mark.full_size
PLAN = """
scenes:
  - {audio: [[0.0, 5.6]], kind: clip, prompt: A glass of water held up to the light of the sea}
  - {audio: [[6.0, 11.5]], kind: still, prompt: Frost on a planet among the stars, transition: slide}
"""
DURATION_S = 11.1


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, talk: Talk) -> dict[str, Any]:
    """One render for all of these tests: a clip, a transition and a still."""

    def make(folder: Path) -> None:
        reelwright = Reelwright(folder / "home", folder, profile="standard")
        (folder / "mine.yaml").write_text(PLAN, encoding="utf-8")
        report = reelwright.make(talk.audio, "--script", talk.script, "--plan", "mine.yaml", "-o", "talk.short.mp4")
        (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")

    folder = once(tmp_path_factory, "full-size", make)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not on this machine (Debian: ffmpeg)")
def test_ffprobe_says_what_the_platforms_ask_for(made: dict[str, Any]) -> None:
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", made["video"]]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    video, audio = (found["streams"][i] for i in range(2))
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (video["width"], video["height"]) == (1080, 1920)
    assert (video["r_frame_rate"], video["avg_frame_rate"]) == ("30/1", "30/1")
    assert {video[name] for name in ("color_space", "color_transfer", "color_primaries")} == {"bt709"}
    assert video["color_range"] == "tv"
    assert (audio["codec_name"], audio["profile"]) == ("aac", "LC")
    assert (audio["sample_rate"], audio["channels"]) == ("48000", 2)
    assert float(video["start_time"]) == float(audio["start_time"]) == 0
    assert float(audio["duration"]) == pytest.approx(float(video["duration"]), abs=1 / 30)


def test_it_is_as_long_as_it_says_to_the_frame(made: dict[str, Any]) -> None:
    with av.open(made["video"]) as media:
        times = [frame.time for frame in media.decode(video=0)]
    assert times == pytest.approx([index / 30 for index in range(len(times))], abs=1e-6)
    assert len(times) / 30 == pytest.approx(made["duration_s"], abs=1e-3)
    assert made["duration_s"] == pytest.approx(DURATION_S, abs=0.1)


def test_it_can_be_played_while_it_loads(made: dict[str, Any]) -> None:
    found = boxes(Path(made["video"]))
    assert found.index("moov") < found.index("mdat")
    assert "elst" not in found


def test_nothing_is_black_or_frozen(made: dict[str, Any]) -> None:
    assert {scene["kind"] for scene in made["scenes"]} == {"clip", "still"}
    assert picture_faults(Path(made["video"]), black_s=0.1, frozen_s=0.4) == []


def test_it_is_as_loud_as_other_shorts(made: dict[str, Any]) -> None:
    lufs, dbtp = loudness(Path(made["video"]))
    assert lufs == pytest.approx(-14, abs=1)
    assert dbtp <= -1
