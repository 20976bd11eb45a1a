"""Whatever is killed whenever: the same command finishes the job, and nothing is bought twice."""

import random
import subprocess
import time
from pathlib import Path

import av
import pytest
from e2e.command import Reelwright, ended, kill_group
from e2e.conftest import Talk

KILLS = 5
COMMAND = ("make", "talk.wav", "--script", "talk.txt", "--offline", "--json")


@pytest.fixture(scope="module")
def whole_run_s(tmp_path_factory: pytest.TempPathFactory, talk: Talk) -> float:
    """How long the job takes when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    reelwright = Reelwright(folder / "home", folder)
    talk.into(folder)
    began = time.monotonic()
    assert reelwright.run(*COMMAND).code == 0
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_the_job_is_finished_and_paid_once(
    reelwright: Reelwright, talk: Talk, whole_run_s: float, seed: int
) -> None:
    given = talk.into(reelwright.folder)
    dice = random.Random(seed)
    kills = sum(_killed(reelwright, dice.uniform(0.1, 0.95) * whole_run_s) for _ in range(KILLS))
    assert kills, "the job ended before anything was killed"

    done = reelwright.run(*COMMAND)
    assert done.code == 0, done
    report = done.reports[-1]
    assert [scene["provider_calls_charged"] for scene in report["scenes"]] == [1] * len(report["scenes"])
    charged = reelwright.charged()
    assert len(charged) == len(set(charged)) == len(report["scenes"])
    assert reelwright.files() == reelwright.beside("talk") | {given.audio, given.script}
    assert not list((reelwright.home / "scratch").iterdir())
    assert not [path for path in (reelwright.home / "blobs").rglob("*") if path.parent.name == ".incoming"]
    assert _frames(Path(report["video"])) == round(report["duration_s"] * 15)


def _killed(reelwright: Reelwright, after_s: float) -> bool:
    """Start the job and kill all of it at that moment; False when it was through before."""
    with reelwright.started(*COMMAND) as process:
        try:
            process.wait(timeout=after_s)
        except subprocess.TimeoutExpired:
            kill_group(process)
            ended(process)
            return True
        return False


def _frames(video: Path) -> int:
    with av.open(str(video)) as media:
        return sum(1 for _ in media.decode(video=0))
