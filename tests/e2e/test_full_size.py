"""The sample at full size, looked at by an independent checker: what a platform wants to be given."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pysubs2
import pytest
from e2e.command import Reelwright
from e2e.recordings import SAMPLE, SCRIPT
from ruamel.yaml import YAML

pytestmark = [
    pytest.mark.full_size,
    pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg and ffprobe are not on this machine"),
]
DURATION_S = 30
TRUE_TIMES = Path(__file__).resolve().parents[2] / "services" / "transcription" / "tests" / "data" / "talk.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One render for all of these tests."""
    folder = tmp_path_factory.mktemp("full")
    reelwright = Reelwright(folder / "home", folder, profile="standard")
    return reelwright.make(SAMPLE, "--script", SCRIPT, "--duration", str(DURATION_S), "-o", "talk.short.mp4")


@pytest.fixture(scope="module")
def probed(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Streams by their kind, and the format."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", made["video"]]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {stream["codec_type"]: stream for stream in found["streams"]} | {"format": found["format"]}


@pytest.fixture(scope="module")
def judged(made: dict[str, Any]) -> str:
    """What ffmpeg says of black, frozen, loud."""
    filters = [
        "-vf",
        "blackdetect=d=0.1:pix_th=0.02,freezedetect=n=0.0003:d=0.4",
        "-af",
        "ebur128=peak=true:framelog=verbose",
    ]
    command = ["ffmpeg", "-nostats", "-hide_banner", "-i", made["video"], *filters, "-f", "null", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def test_picture_and_sound_are_what_the_platforms_ask_for(probed: dict[str, dict[str, Any]]) -> None:
    video, audio = probed["video"], probed["audio"]
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (video["width"], video["height"], video["r_frame_rate"], video["avg_frame_rate"]) == (
        1080,
        1920,
        "30/1",
        "30/1",
    )
    assert {video[name] for name in ("color_space", "color_transfer", "color_primaries")} == {"bt709"}
    assert video["color_range"] == "tv"
    assert (audio["codec_name"], audio["profile"], audio["sample_rate"], audio["channels"]) == (
        "aac",
        "LC",
        "48000",
        2,
    )


def test_it_is_as_long_as_asked_to_the_frame(made: dict[str, Any], probed: dict[str, dict[str, Any]]) -> None:
    duration_s = float(probed["format"]["duration"])
    assert duration_s == pytest.approx(DURATION_S, abs=1.5)
    assert int(probed["video"]["nb_frames"]) == round(made["duration_s"] * 30)
    assert float(probed["video"]["start_time"]) == float(probed["audio"]["start_time"]) == 0
    assert float(probed["audio"]["duration"]) == pytest.approx(duration_s, abs=1 / 30)


def test_it_can_be_played_while_it_loads(made: dict[str, Any]) -> None:
    data = Path(made["video"]).read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")
    assert b"elst" not in data


def test_nothing_is_black_or_frozen(judged: str) -> None:
    assert "black_start" not in judged
    assert "freeze_start" not in judged


def test_it_is_as_loud_as_other_shorts(judged: str) -> None:
    loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", judged)[-1])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", judged)[-1])
    assert loudness == pytest.approx(-14, abs=1)
    assert peak <= -1


def test_captions_begin_with_their_words(made: dict[str, Any]) -> None:
    late_s = np.array(list(_lateness(made)))
    assert len(late_s) > 10
    assert np.median(np.abs(late_s)) <= 0.040
    assert np.percentile(np.abs(late_s), 95) <= 0.120


def _lateness(made: dict[str, Any]) -> Iterator[float]:
    """Of each caption, against the time at which the voice really says its first word."""
    true_words = _words_in_video(Path(made["plan"]))
    position = 0
    for caption in pysubs2.load(made["captions"][0]):
        first = _bare(caption.plaintext.split()[0])
        position = next(i for i in range(position, len(true_words)) if true_words[i][0] == first)
        yield caption.start / 1000 - true_words[position][1]
        position += len(caption.plaintext.split())


def _words_in_video(plan: Path) -> list[tuple[str, float]]:
    """The words that the video keeps, with the true times of the voice moved to where the plan puts them."""
    words = json.loads(TRUE_TIMES.read_text(encoding="utf-8"))["words"]
    found, at_s = [], 0.0
    for scene in YAML(typ="safe").load(plan.read_text(encoding="utf-8"))["scenes"]:
        for start_s, end_s in scene["audio"]:
            kept = [(text, true_s) for text, true_s in words if start_s <= true_s < end_s]
            found += [(_bare(text), at_s + true_s - start_s) for text, true_s in kept]
            at_s += end_s - start_s
    return found


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
