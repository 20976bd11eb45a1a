"""docs/examples/batch.py beside `reelwright serve`: a folder, an interruption, and a recording that cannot be used."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from e2e.command import Reelwright
from e2e.recordings import cut

BATCH = Path(__file__).parents[2] / "docs/examples/batch.py"
SECONDS = 5.8
PATIENCE_S = 200


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    served = Reelwright(folder / "home", folder)
    with served.started("serve", "--port", "0", "--offline") as process:
        assert process.stderr is not None
        address = re.search(r"http://[0-9.:]+", process.stderr.readline())
        assert address
        yield address[0]


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Two recordings, a picture, and a text that says it is a recording."""
    folder = tmp_path / "talks"
    folder.mkdir()
    cut(folder / "one.wav", seconds=SECONDS)
    cut(folder / "two.mp3", seconds=SECONDS, codec="libmp3lame", rate=44_100)
    (folder / "three.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def batch(talks: Path, address: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(BATCH), str(talks), "--out", str(talks.with_name("shorts")), "--api", address]
    env = {**os.environ, "no_proxy": "127.0.0.1"}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(running: "subprocess.Popen[str]") -> tuple[int, str]:
    with running:
        out, err = running.communicate(timeout=PATIENCE_S)
    return running.returncode, out + err


def test_an_interrupted_batch_goes_on_and_orders_nothing_twice(talks: Path, tmp_path: Path) -> None:
    shorts = tmp_path / "shorts"
    with serving(tmp_path) as address, httpx.Client(base_url=address, timeout=60) as http:
        with batch(talks, address) as first:
            assert first.stdout is not None
            first.stdout.readline()  # one of them is there
            first.kill()
        assert ended(batch(talks, address))[0] == 0
        assert {path.name for path in shorts.iterdir()} == {"one.mp4", "two.mp4"}
        assert all(path.read_bytes()[4:8] == b"ftyp" for path in shorts.iterdir())
        assert len(http.get("/v1/projects").json()["items"]) == 2, "each was ordered once"
        assert ended(batch(talks, address)) == (0, ""), "there is nothing left to do"


def test_one_that_cannot_be_used_is_named_and_the_others_are_made(talks: Path, tmp_path: Path) -> None:
    (talks / "broken.mp3").write_bytes(b"ID3\x04" + bytes(2_000))
    with serving(tmp_path) as address:
        code, said = ended(batch(talks, address))
    assert code == 1
    (line,) = (line for line in said.splitlines() if line.startswith("broken.mp3: "))
    assert "$" not in line
    assert len(list((tmp_path / "shorts").iterdir())) == 2
