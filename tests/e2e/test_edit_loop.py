"""Edit the plan, the transcript or a picture and run again: what changed is made again, and nothing else."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from e2e.recordings import film
from e2e.sharing import once

Edit = Callable[[str, str], None]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, talk: Talk) -> Reelwright:
    """A finished video of two scenes, to be copied."""

    def make(folder: Path) -> None:
        (folder / "work").mkdir()
        finished = Reelwright(folder / "home", folder / "work")
        talk.into(finished.folder)
        assert len(finished.make("talk.wav", "--script", "talk.txt")["scenes"]) == 2

    folder = once(tmp_path_factory, "made", make)
    return Reelwright(folder / "home", folder / "work")


@pytest.fixture
def again(made: Reelwright, tmp_path: Path) -> Reelwright:
    """A copy of the finished project, with the files that people edit."""
    copy = Reelwright(tmp_path / "home", tmp_path / "work")
    shutil.copytree(made.home, copy.home, ignore=shutil.ignore_patterns("*.sock", "lock"))
    copy.folder.mkdir()
    for name in ("talk.wav", "talk.plan.yaml", "talk.transcript.txt"):
        shutil.copy(made.folder / name, copy.folder)
    return copy


def edit(path: Path, pattern: str, replacement: str) -> None:
    """Replace the first match, which there has to be."""
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    assert count == 1, path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")


def edit_prompt(plan: Path, prompt: str) -> None:
    """Another prompt for the second scene."""
    edit(plan, r"(.*prompt: >-\n)(?:      .*?\n)(    transition)", rf"\1      {prompt}\n\2")


def prompts(report: dict[str, Any]) -> list[str]:
    return [scene["prompt"] for scene in report["scenes"]]


def test_another_prompt_makes_one_picture_and_going_back_none(again: Reelwright) -> None:
    plan = again.folder / "talk.plan.yaml"
    original, bought = plan.read_text(encoding="utf-8"), again.charged()
    edit_prompt(plan, "A lighthouse in a storm at night, seen from the sea.")
    report = again.make("talk.wav", "--plan", "talk.plan.yaml")
    assert prompts(report)[1] == "A lighthouse in a storm at night, seen from the sea."
    assert report["made_again"][0] == "pictures of scene 2"
    assert re.fullmatch(r"video \(\d+ of \d+ segments\)", report["made_again"][1])
    assert len(again.charged()) == len(bought) + 1
    assert set(again.charged()) > set(bought)
    assert [scene["provider_calls_charged"] for scene in report["scenes"]] == [1, 1]

    plan.write_text(original, encoding="utf-8")
    back = again.make("talk.wav", "--plan", "talk.plan.yaml")
    assert prompts(back)[0] == prompts(report)[0]
    assert prompts(back)[1] != prompts(report)[1]
    assert len(again.charged()) == len(bought) + 1
    assert set(back["stages"]) == {"render"}


def test_another_word_makes_no_picture(again: Reelwright) -> None:
    bought = again.charged()
    edit(again.folder / "talk.transcript.txt", "older than the sun", "OLDER than the sun")
    report = again.make("talk.wav", "--script", "talk.transcript.txt", "--plan", "talk.plan.yaml")
    assert again.charged() == bought
    assert set(report["stages"]) == {"transcription", "render"}
    assert report["made_again"][0] == "transcript"
    assert "OLDER" in (again.folder / "talk.short.srt").read_text(encoding="utf-8").replace("\n", " ")
    assert "OLDER" in (again.folder / "talk.transcript.txt").read_text(encoding="utf-8")


def test_another_title_is_in_the_video_and_makes_no_picture(again: Reelwright) -> None:
    bought = again.charged()
    title = 'a/b "c" 🎉'
    report = again.make("talk.wav", "--title", title)
    assert again.charged() == bought
    assert set(report["stages"]) == {"render"}
    assert f"title: {title}" in (again.folder / "talk.plan.yaml").read_text(encoding="utf-8")
    with av.open(report["video"]) as video:
        assert video.metadata["title"] == title


def test_another_caption_style_is_only_rendered(again: Reelwright) -> None:
    bought = again.charged()
    report = again.make("talk.wav", "--plan", "talk.plan.yaml", "--caption-style", "classic")
    assert set(report["stages"]) == {"render"}
    assert again.charged() == bought
    assert "caption_style: classic" in (again.folder / "talk.plan.yaml").read_text(encoding="utf-8")


def test_a_passage_cut_from_the_plan_is_gone_from_the_video(again: Reelwright) -> None:
    bought = again.charged()
    plan = again.folder / "talk.plan.yaml"
    edit(plan, r"(scenes:\n)  - id: .*?(  - id: )", r"\1\2")
    report = again.make("talk.wav", "--plan", "talk.plan.yaml")
    assert len(report["scenes"]) == 1
    assert report["duration_s"] < 12
    assert again.charged() == bought
    assert set(report["stages"]) == {"render"}


def test_own_picture_and_own_clip_are_shown_and_nothing_is_bought(again: Reelwright) -> None:
    bought = again.charged()
    own = again.folder / "own"
    own.mkdir()
    assert cv2.imwrite(str(own / "pure red.png"), np.full((320, 180, 3), (0, 0, 255), np.uint8))
    film(own / "clip.mp4", seconds=3)
    plan = again.folder / "talk.plan.yaml"
    edit(plan, r"look: auto\n(.*look: auto\n)", r"look: auto\n    asset: own/pure red.png\n\1    asset: own/clip.mp4\n")
    report = again.make("talk.wav", "--plan", "talk.plan.yaml", "--caption-style", "none")
    assert again.charged() == bought
    assert [scene["kind"] for scene in report["scenes"]] == ["still", "clip"]
    assert [scene["provider_calls_charged"] for scene in report["scenes"]] == [0, 0]
    assert report["simulated"] is False
    assert set(report["stages"]) == {"render"}
    text = plan.read_text(encoding="utf-8")
    assert "asset: own/pure red.png" in text
    assert "asset: own/clip.mp4" in text
    poster = cv2.imread(report["poster"])
    assert poster is not None
    blue, green, red = poster.reshape(-1, 3).mean(axis=0)
    assert red > 150
    assert max(blue, green) < 60

    unchanged = again.make("talk.wav", "--plan", "talk.plan.yaml")
    assert unchanged["made_again"] == []


def test_edits_that_cannot_be_taken_up_are_refused_and_nothing_is_lost(again: Reelwright) -> None:
    plan = again.folder / "talk.plan.yaml"
    edit(plan, "look: auto", "look: moonlight")
    edited = plan.read_text(encoding="utf-8")
    refused = again.run("make", "talk.wav", "--plan", "talk.plan.yaml", "--offline")
    assert refused.code == 2
    assert "moonlight" in refused.err
    forgotten = again.run("make", "talk.wav", "--offline")
    assert forgotten.code == 2
    assert "--plan" in forgotten.err
    assert plan.read_text(encoding="utf-8") == edited
