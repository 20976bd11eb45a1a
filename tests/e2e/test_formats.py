"""Recordings of every format, by their content, under any name."""

import os
import subprocess
from pathlib import Path

import av
import pytest
from e2e.command import COMMAND, Reelwright
from e2e.recordings import cut, film
from ruamel.yaml import YAML

SECONDS = 3.2
"""The sample's first sentence."""
TITLE = 'Water/Wasser: "half" full? #1 🌊'


def make_recordings(folder: Path) -> list[str]:
    """One of each format, in several rates and layouts, with names that a shell or a path might trip over."""
    cut(folder / 'the "best" talk\'s.mp3', seconds=SECONDS, codec="mp3", rate=44_100, layout="stereo")
    cut(folder / "-x.wav", seconds=SECONDS, rate=8000)
    cut(folder / os.fsdecode(b"IN LATIN-1 \xe9.WAV"), seconds=SECONDS, rate=48_000, layout="stereo")
    cut(folder / "🎤 mémo [final].m4a", seconds=SECONDS, codec="aac", rate=44_100, container="ipod")
    cut(folder / "stream.aac", seconds=SECONDS, codec="aac", rate=22_050)
    cut(folder / "voice.ogg", seconds=SECONDS, codec="libopus", rate=48_000)
    cut(folder / "browser.webm", seconds=SECONDS, codec="libopus", rate=48_000, layout="stereo")
    cut(folder / "wrong.ending.txt", seconds=SECONDS, codec="flac", rate=32_000, container="flac")
    film(folder / "film.mp4", seconds=SECONDS)
    return sorted(path.name for path in folder.iterdir())


def test_every_format_under_any_name_becomes_a_video(reelwright: Reelwright) -> None:
    names = make_recordings(reelwright.folder)
    arguments = [f"./{name}" if name.startswith("-") else name for name in names]
    done = reelwright.run("make", *arguments, "--title", TITLE, "--offline", "--json")
    assert done.code == 0, done
    for name, report in zip(names, done.reports, strict=True):
        assert report["video"] == str(reelwright.folder / f"{Path(name).stem}.short.mp4")
        assert report["duration_s"] == pytest.approx(SECONDS, abs=0.5), name
        assert is_whole(Path(report["video"]), report["duration_s"])
        said = Path(report["transcript"]).read_text(encoding="utf-8").lower()
        assert "water" in said, name
        assert YAML(typ="safe").load(Path(report["plan"]))["title"] == TITLE


def test_a_name_that_begins_with_a_dash_after_two_dashes(reelwright: Reelwright) -> None:
    cut(reelwright.folder / "-x.wav", seconds=SECONDS)
    done = reelwright.run("make", "--offline", "--plan-only", "--", "-x.wav")
    assert done.code == 0, done
    # And what the plan's first lines say, works when pasted.
    plan = (reelwright.folder / "-x.plan.yaml").read_text(encoding="utf-8")
    pasted = next(line.removeprefix("#").strip() for line in plan.splitlines() if "reelwright make" in line)
    shell = subprocess.run(
        ["sh", "-c", f"{pasted} --plan-only --offline"],
        cwd=reelwright.folder,
        env=reelwright.env() | {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.returncode == 0, shell


def is_whole(video: Path, duration_s: float) -> bool:
    """Every frame can be decoded, and they are as many as they should be."""
    with av.open(str(video)) as media:
        frames = sum(1 for _ in media.decode(video=0))
    return abs(frames - duration_s * 15) <= 1
