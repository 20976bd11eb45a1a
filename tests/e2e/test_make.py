"""A recording becomes a video, once."""

from pathlib import Path
from typing import Any

import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from e2e.recordings import cut

FIELDS = {
    "video", "duration_s", "captions", "poster", "timeline", "stages", "cost_usd", "quality", "simulated", "scenes",
    "notes",
}  # fmt: skip
SCENE_FIELDS = {"index", "start_s", "duration_s", "kind", "rung", "prompt", "provider_calls_charged"}


def check_report(report: dict[str, Any], folder: Path, name: str) -> None:
    """What every report says, whatever was made."""
    assert report.keys() >= FIELDS
    assert report["video"] == str(folder / f"{name}.short.mp4")
    assert report["captions"] == [str(folder / f"{name}.short{kind}") for kind in (".srt", ".vtt")]
    assert report["poster"] == str(folder / f"{name}.short.jpg")
    assert report["timeline"] == str(folder / f"{name}.short.otio")
    assert (report["cost_usd"], report["quality"], report["simulated"]) == (0.0, "full", True)
    assert [scene["index"] for scene in report["scenes"]] == list(range(len(report["scenes"])))
    for scene in report["scenes"]:
        assert scene.keys() == SCENE_FIELDS
        assert (scene["rung"], scene["provider_calls_charged"]) == ("planned", 1)
        assert scene["kind"] in ("clip", "still")
        assert scene["prompt"]
    assert sum(s["duration_s"] for s in report["scenes"]) == pytest.approx(report["duration_s"], abs=0.1)


def test_a_short_talk_is_made_once_and_kept_whole(reelwright: Reelwright, short_talk: Talk) -> None:
    talk = short_talk.into(reelwright.folder)
    report = reelwright.make("talk.wav", "--script", "talk.txt")
    check_report(report, reelwright.folder, "talk")
    assert report["duration_s"] == pytest.approx(5.3, abs=0.6)
    assert set(report["stages"]) == {"transcription", "plan", "asset", "render"}
    assert report["made_again"] == ["transcript", "plan", "pictures of scene 1", "video"]
    assert reelwright.files() == reelwright.beside("talk") | {talk.audio, talk.script}

    written = {path: path.stat().st_mtime_ns for path in reelwright.files()}
    again = reelwright.make("talk.wav", "--script", "talk.txt")
    assert again["made_again"] == []
    assert again["stages"] == {}
    assert {path: path.stat().st_mtime_ns for path in reelwright.files()} == written
    assert len(reelwright.charged()) == 1


def test_a_plan_alone_buys_nothing_and_a_later_run_goes_on_from_it(reelwright: Reelwright, talk: Talk) -> None:
    talk.into(reelwright.folder)
    planned = reelwright.make("talk.wav", "--script", "talk.txt", "--plan-only")
    assert (planned["video"], planned["made_again"]) == ("", ["transcript", "plan"])
    assert {path.name for path in reelwright.files()} == {
        "talk.wav",
        "talk.txt",
        "talk.plan.yaml",
        "talk.transcript.txt",
    }
    assert reelwright.charged() == []

    made = reelwright.make("talk.wav", "--script", "talk.txt")
    assert made["made_again"] == ["pictures of scene 1, 2", "video"]
    assert [scene["prompt"] for scene in made["scenes"]] == [scene["prompt"] for scene in planned["scenes"]]


def test_of_several_recordings_a_bad_one_stops_nothing(reelwright: Reelwright) -> None:
    for name in ("first.wav", "third.wav"):
        cut(reelwright.folder / name, seconds=5.8 if name == "first.wav" else 5.7)
    (reelwright.folder / "second.wav").write_text("not a recording at all")
    done = reelwright.run("make", "first.wav", "second.wav", "third.wav", "-o", ".", "--offline", "--json")
    assert done.code == 2
    first, second, third = done.reports
    check_report(first, reelwright.folder, "first")
    check_report(third, reelwright.folder, "third")
    assert (second["recording"], second["exit_code"]) == ("second.wav", 2)
    table = done.err.splitlines()[-3:]
    assert [line.split()[0] for line in table] == ["first.wav", "second.wav", "third.wav"]
    assert not list(reelwright.folder.glob("second.short.*"))


def test_nobodys_own_file_is_overwritten(reelwright: Reelwright, short_talk: Talk) -> None:
    short_talk.into(reelwright.folder)
    own = reelwright.folder / "talk.short.mp4"
    own.write_bytes(b"mine")
    refused = reelwright.run("make", "talk.wav", "--script", "talk.txt", "--offline", "--json")
    assert refused.code == 2
    assert "--force" in refused.reports[-1]["error"]
    assert own.read_bytes() == b"mine"
    assert reelwright.ledger() == ()

    forced = reelwright.make("talk.wav", "--script", "talk.txt", "--force")
    assert Path(forced["video"]).read_bytes() != b"mine"
