"""docs/examples/batch.py beside `reelwright serve`: killed, without its server, with recordings that do not do."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from e2e.command import Reelwright, ended, kill_group
from e2e.recordings import cut, opening, silence
from parts.ports import free_port

BATCH = Path(__file__).parents[2] / "docs/examples/batch.py"
SECONDS = {"first.wav": 5.8, "second.wav": 5.5, "third.wav": 5.2}


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three of one scene each, with what is said in them."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    _, said = opening(tmp_path, 1)
    for name, seconds in SECONDS.items():
        cut(folder / name, seconds=seconds)
        shutil.copy(said, (folder / name).with_suffix(".txt"))
    return folder


@contextmanager
def serving(served: Reelwright, port: int) -> Iterator[httpx.Client]:
    with served.serving(port) as (process, address):
        with httpx.Client(base_url=address, timeout=60) as http:
            yield http
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0


@contextmanager
def batch(recordings: Path, port: int, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """The script, its videos in a folder beside the recordings; killed at the end if it runs on."""
    address, videos = f"http://127.0.0.1:{port}", recordings.parent / "videos"
    with subprocess.Popen(
        [sys.executable, str(BATCH), str(recordings), "--out", str(videos), "--api", address, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    ) as process:
        try:
            yield process
        finally:
            kill_group(process)


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """The line with these words."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return line
    raise AssertionError(f"it ended without {words!r}: {said}")


def projects(http: httpx.Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = http.get("/v1/projects").json()["items"]
    return [http.get(f"/v1/projects/{item['id']}").json() for item in items]


def test_it_goes_on_where_it_was_killed_and_makes_nothing_twice(recordings: Path, tmp_path: Path) -> None:
    served, port = Reelwright(tmp_path / "home", tmp_path), free_port()
    videos = tmp_path / "videos"
    with serving(served, port) as http:
        with batch(recordings, port, "--at-once", "2") as first:
            read_until(first, "first.wav: sent")
        with batch(recordings, port, "--at-once", "2") as second:
            read_until(second, f"first.wav: {videos / 'first.mp4'}")
        with batch(recordings, port, "--at-once", "2") as third:
            done = ended(third)
        assert done.code == 0, done.out + done.err
        # The second may have been saved before the script was killed.
        assert re.match("3 recordings, [12] have their video\n", done.out), done.out
        assert "first.wav" not in done.out
        made = projects(http)
    assert len(made) == len(SECONDS)
    there = {hashlib.sha256(video.read_bytes()).hexdigest() for video in videos.glob("*.mp4")}
    assert there == {project["video"]["video"]["sha256"] for project in made}
    assert len(served.charged()) == sum(len(project["scenes"]) for project in made)
    assert {path.name for path in videos.iterdir()} == {"first.mp4", "second.mp4", "third.mp4"}
    with batch(recordings, port) as fourth:
        assert ended(fourth).code == 0, "the server is gone, and nobody misses it"


def test_it_waits_for_a_server_that_was_away(recordings: Path, tmp_path: Path) -> None:
    served, port = Reelwright(tmp_path / "home", tmp_path), free_port()
    with batch(recordings, port, "--settings", '{"caption_style": "pop"}') as running:
        read_until(running, "No answer yet")
        with serving(served, port):
            read_until(running, "third.wav: sent")
        read_until(running, "No answer yet")
        with serving(served, port) as http:
            done = ended(running)
            assert done.code == 0, done.out + done.err
            assert {project["settings"]["caption_style"] for project in projects(http)} == {"pop"}
    assert len(list((tmp_path / "videos").glob("*.mp4"))) == len(SECONDS)


def test_a_recording_that_does_not_do_holds_up_no_other(recordings: Path, tmp_path: Path) -> None:
    for name in ("second", "third"):
        (recordings / f"{name}.wav").unlink()
    (recordings / "letter.mp3").write_bytes(b"Dear all, " * 500_000)
    silence(recordings / "quiet.wav", seconds=6)
    served, port = Reelwright(tmp_path / "home", tmp_path), free_port()
    with serving(served, port), batch(recordings, port) as running:
        done = ended(running)
    assert (done.code, done.err) == (1, "2 recordings have no video.\n")
    assert "letter.mp3: no video. The bytes are none of the kinds of recording that are taken." in done.out
    assert re.search(r"^quiet\.wav: no video\. .+ Check the microphone and record again\.$", done.out, re.MULTILINE)
    assert [video.name for video in (tmp_path / "videos").iterdir()] == ["first.mp4"]


def test_videos_among_the_recordings_are_refused(recordings: Path) -> None:
    with batch(recordings, free_port(), "--out", str(recordings)) as running:
        done = ended(running)
    assert (done.code, done.out) == (1, "")
    assert "a folder of their own" in done.err


def test_two_recordings_of_one_name_are_refused(recordings: Path) -> None:
    shutil.copy(recordings / "first.wav", recordings / "first.mp3")
    with batch(recordings, free_port()) as running:
        done = ended(running)
    assert (done.code, done.out) == (1, "")
    assert "would become the same video: first." in done.err
