"""The sample becomes 45 seconds of its best passages, with captions that begin with their words."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pysubs2
import pytest
from e2e.command import BESIDE, Reelwright
from e2e.recordings import ROOT, SAMPLE, SCRIPT
from e2e.sharing import once
from ruamel.yaml import YAML

KNOWN = ROOT / "services" / "transcription" / "tests" / "data"
"""When the voices really say each word."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    def make(folder: Path) -> None:
        (folder / "work").mkdir()
        reelwright = Reelwright(folder / "home", folder / "work")
        report = reelwright.make(SAMPLE, "--script", SCRIPT, "-o", "out/water.short.mp4")
        assert len(reelwright.charged()) == len(report["scenes"])
        (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")

    folder = once(tmp_path_factory, "sample", make)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def test_it_becomes_45_seconds_in_several_scenes(made: dict[str, Any]) -> None:
    assert made["duration_s"] == pytest.approx(45, abs=1.5)
    scenes = made["scenes"]
    assert 3 <= len(scenes) <= 5
    assert all(7.5 <= scene["duration_s"] <= 15.5 for scene in scenes)
    assert {scene["kind"] for scene in scenes} == {"clip", "still"}
    assert len({scene["prompt"] for scene in scenes}) == len(scenes)
    assert [scene["provider_calls_charged"] for scene in scenes] == [1] * len(scenes)
    assert made["notes"] == []


def test_all_files_lie_where_o_says(made: dict[str, Any]) -> None:
    folder = Path(made["video"]).parent
    assert folder.name == "out"
    assert {path for path in folder.parent.rglob("*") if path.is_file()} == {folder / f"water{end}" for end in BESIDE}


def test_another_duration_is_another_choice_of_passages(reelwright: Reelwright) -> None:
    report = reelwright.make(SAMPLE, "--script", SCRIPT, "--duration", "30", "--plan-only", "-o", "half.mp4")
    assert report["duration_s"] == pytest.approx(30, abs=1.5)


def test_captions_begin_with_their_words(made: dict[str, Any]) -> None:
    check_captions(made, KNOWN / "talk.json")


def test_captions_begin_with_the_words_of_another_voice(reelwright: Reelwright) -> None:
    report = reelwright.make(KNOWN / "boat.ogg", "--script", KNOWN / "boat.txt", "-o", "boat.short.mp4")
    check_captions(report, KNOWN / "boat.json")


def check_captions(made: dict[str, Any], known: Path) -> None:
    late_s = np.array(list(_lateness(made, known)))
    assert len(late_s) > 12
    assert np.median(np.abs(late_s)) <= 0.040
    assert np.percentile(np.abs(late_s), 95) <= 0.120


def _lateness(made: dict[str, Any], known: Path) -> Iterator[float]:
    """Of each caption, against the time at which the voice really says its first word, where that is known."""
    true_words = _words_in_video(Path(made["plan"]), known)
    position = 0
    for caption in pysubs2.load(made["captions"][0]):
        words = caption.plaintext.split()
        position = next(i for i in range(position, len(true_words)) if true_words[i][0] == _bare(words[0]))
        true_s = true_words[position][1]
        if true_s is not None:
            yield caption.start / 1000 - true_s
        position += len(words)


def _words_in_video(plan: Path, known: Path) -> list[tuple[str, float | None]]:
    """The words that the video keeps, with the true times of the voice moved to where the plan puts them."""
    words = json.loads(known.read_text(encoding="utf-8"))["words"]
    found: list[tuple[str, float | None]] = []
    at_s = 0.0
    for scene in YAML(typ="safe").load(plan.read_text(encoding="utf-8"))["scenes"]:
        for start_s, end_s in scene["audio"]:
            heard_s = -1.0
            for text, true_s, *_ in words:
                heard_s = heard_s if true_s is None else true_s
                if start_s <= heard_s < end_s:
                    found.append((_bare(text), None if true_s is None else at_s + true_s - start_s))
            at_s += end_s - start_s
    return found


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word).lower()
