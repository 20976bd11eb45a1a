"""What is no recording is refused: exit status 2, a sentence that helps, and nothing left behind."""

import os
import random
import shutil
from pathlib import Path

from e2e.command import Done, Reelwright
from e2e.conftest import Talk
from e2e.recordings import ROOT, cut, hiss, silence

GERMAN = ROOT / "services" / "transcription" / "tests" / "data" / "german.ogg"


def make_bad(folder: Path) -> dict[str, str]:
    """Files that are no recordings, with a word of what is said about each.

    Playlists and scripts name a pipe that nobody writes to: whoever opened it would wait for ever.
    """
    whole = cut(folder / "whole.mp3", seconds=2, codec="mp3", rate=44_100).read_bytes()
    wave = cut(folder / "whole.wav", seconds=2).read_bytes()
    os.mkfifo(folder / "other.wav")
    files = {
        "empty.mp3": b"",
        "header.mp3": whole[:120],
        "header-only.wav": wave[:78],
        "text.mp3": b"Nobody speaks in this text.\n" * 40,
        "random.mp3": random.Random(1).randbytes(100_000),
        "playlist.mp3": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:6,\nother.wav\n#EXT-X-ENDLIST\n",
        "m3u.mp3": f"#EXTM3U\n{folder / 'other.wav'}\n".encode(),
        "concat.mp3": b"ffconcat version 1.0\nfile other.wav\n",
        "names.mp3": f"file '{folder / 'other.wav'}'\n".encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "whole.mp3").unlink()
    (folder / "whole.wav").unlink()
    shutil.copy(GERMAN, folder)
    silence(folder / "silence.wav", seconds=8)
    hiss(folder / "hiss.wav", seconds=8)
    hiss(folder / "long.wav", seconds=601)
    said = dict.fromkeys(files, "recording") | {
        "german.ogg": "REELWRIGHT_WHISPER_MODEL=",
        "empty.mp3": "is empty",
        "header-only.wav": "no sound in it",
        "playlist.mp3": "playlist",
        "m3u.mp3": "playlist",
        "concat.mp3": "playlist",
    }
    return said | {"silence.wav": "silent", "hiss.wav": "Nobody speaks", "long.wav": "longer than 10 minutes"}


def test_what_is_no_recording_is_refused_and_leaves_nothing(reelwright: Reelwright) -> None:
    says = make_bad(reelwright.folder)
    before = set(reelwright.folder.iterdir())
    done = reelwright.run("make", *says, "--offline", "--json")
    assert done.code == 2
    assert "Traceback" not in done.err
    for report in done.reports:
        assert report["exit_code"] == 2
        assert says[report["recording"]] in report["error"], report
        assert report["recording"] in report["error"]
        assert report["error"] in done.err
    assert {report["recording"] for report in done.reports} == set(says)
    assert set(reelwright.folder.iterdir()) == before
    assert "No projects yet" in reelwright.run("projects", "list").out
    assert [path for path in (reelwright.home / "blobs").rglob("*") if path.is_file()] == []


def test_one_refused_recording_is_one_sentence(reelwright: Reelwright) -> None:
    (reelwright.folder / "talk.mp3").write_text("Nobody speaks in this text.\n" * 40)
    done = reelwright.run("make", "talk.mp3", "--offline")
    assert (done.code, done.out) == (2, "")
    said = [line for line in done.err.splitlines() if not line.startswith("listening:")]
    assert len(said) == 1
    assert said[0].startswith("talk.mp3: ")


def test_a_name_that_looks_like_an_option_is_told_how_to_be_written(reelwright: Reelwright) -> None:
    (reelwright.folder / "-dash.mp3").write_bytes(b"")
    done = reelwright.run("make", "-dash.mp3", "--offline")
    assert (done.code, done.out) == (2, "")
    assert "write ./-dash.mp3 instead" in done.err


def test_a_script_of_another_talk_is_refused(reelwright: Reelwright, short_talk: Talk) -> None:
    short_talk.into(reelwright.folder)
    other = "Cats sleep for most of the day, and nobody has ever found out what they dream of while they do."
    (reelwright.folder / "talk.txt").write_text(other, encoding="utf-8")
    refused(reelwright.run("make", "talk.wav", "--script", "talk.txt", "--offline"), "belong to another one")


def test_a_broken_plan_is_refused_by_line(reelwright: Reelwright, short_talk: Talk) -> None:
    short_talk.into(reelwright.folder)
    (reelwright.folder / "mine.yaml").write_text("title: A talk\nscenes:\n  - audio: [[0, 5]]\n    prompt: [\n")
    refused(reelwright.run("make", "talk.wav", "--plan", "mine.yaml", "--offline"), "mine.yaml: not valid YAML: line")


def refused(done: Done, says: str) -> None:
    assert (done.code, done.out) == (2, ""), done
    assert says in done.err
    assert "Traceback" not in done.err
