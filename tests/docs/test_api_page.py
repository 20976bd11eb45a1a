"""docs/api.md is a tour: its commands, run in the order of the page, do what the page says."""

import re
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from e2e.command import Reelwright
from e2e.recordings import cut

PAGE = Path(__file__).parents[2] / "docs/api.md"
ADDRESS = "http://127.0.0.1:8080"
# As for a reader, but that an answer which is an error is remembered, and that a variable which was never set is one.
PRELUDE = r"""
set -u
curl() {
    command curl --fail-with-body "$@"
    local status=$?
    [ $status != 22 ] || echo "$*" >> refused
    return $status
}
"""
SECONDS = 5.8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the tour needs: a recording and a picture."""
    for tool in ("bash", "curl", "jq"):
        if shutil.which(tool) is None:
            pytest.skip(f"not installed: {tool} (Debian: apt-get install {tool})")
    cut(tmp_path / "talk.mp3", seconds=SECONDS, codec="libmp3lame", rate=44_100)
    assert cv2.imwrite(str(tmp_path / "lake.jpg"), np.full((640, 360, 3), (160, 90, 30), np.uint8))
    return tmp_path


def tour(address: str) -> str:
    """The commands of the page, each block behind a line that says that it begins."""
    page = PAGE.read_text(encoding="utf-8")
    assert ADDRESS in page
    blocks = re.findall(r"^```sh\n(.*?)^```$", page.replace(ADDRESS, address), re.MULTILINE | re.DOTALL)
    return PRELUDE + "".join(f"echo '== {number}'\n{block}" for number, block in enumerate(blocks))


def run(script: str, folder: Path) -> str:
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(400)
def test_the_commands_of_the_page_work_in_their_order(folder: Path) -> None:
    with Reelwright(folder / "home", folder).serving() as (_, address):
        said = run(tour(address), folder)
    assert not (folder / "refused").exists(), (folder / "refused").read_text() + said
    assert '"state":"failed"' not in said
    assert said.count('"state":"completed"') >= 2, "made, and made again after the edits"
    assert '"state":"planned"' in said, "stopped at the scenes"
    assert (folder / "short.mp4").read_bytes()[4:8] == b"ftyp"
    assert (folder / "frame.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    assert re.search(r'^\{"number":1,"arrived":true\}$', said, re.MULTILINE), "the parts arrived"


def test_an_answer_that_is_an_error_would_be_seen(folder: Path) -> None:
    with Reelwright(folder / "home", folder).serving() as (_, address):
        run(f"{PRELUDE} curl -s {address}/v1/projects/none | jq .", folder)
    assert (folder / "refused").read_text().endswith("/v1/projects/none\n")
