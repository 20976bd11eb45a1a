"""kill -9 of the whole process group, again and again: the same command goes on, and nothing is bought twice."""

import random
import subprocess
from collections import Counter
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from e2e.command import Reelwright, kill_group
from e2e.conftest import Talk

KILLS = 6


def killed(reelwright: Reelwright, dice: random.Random, attempt: int, *arguments: str) -> bool:
    """Kill the command a moment after it has said a few lines; False when it ended before.

    Later attempts are let further, so that every stage has its share however fast the machine is.
    """
    lines, longest_s = dice.randint(1, 2 + attempt), 0.4 + 0.2 * attempt
    with reelwright.started(*arguments) as process:
        assert process.stderr is not None
        said = list(islice(process.stderr, lines))
        if len(said) == lines:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=dice.uniform(0, longest_s))
        alive = process.poll() is None
        kill_group(process)
    assert alive or process.returncode == 0, said
    return alive


HONEST: dict[str, str] = {}
DIFFICULT = {
    "REELWRIGHT_SIM_LATENCY": "seeded",
    "REELWRIGHT_SIM_LATENCY_SCALE": "0.03",
    "REELWRIGHT_SIM_LOST_REPLY_RATE": "0.5",
    "REELWRIGHT_SIM_DUPLICATES": "accept",
}
"""A provider that takes its time, loses answers, and would sell the same thing twice."""


@pytest.mark.parametrize(("seed", "provider"), [(1, HONEST), (2, DIFFICULT)], ids=["honest", "difficult"])
def test_killed_at_random_moments_the_same_command_finishes(
    reelwright: Reelwright, talk: Talk, seed: int, provider: dict[str, str]
) -> None:
    reelwright.environment |= provider
    recording = talk.into(reelwright.folder)
    command = ("make", "talk.wav", "--script", "talk.txt", "--offline")
    dice = random.Random(seed)
    kills = sum(killed(reelwright, dice, attempt, *command) for attempt in range(KILLS))
    assert kills >= 2

    report = reelwright.make(*command[1:])
    assert [scene["provider_calls_charged"] for scene in report["scenes"]] == [1, 1]
    assert set(Counter(row.external_task_id for row in reelwright.ledger()).values()) == {1}
    assert len(reelwright.charged()) == 2
    assert reelwright.files() == reelwright.beside("talk") | {recording.audio, recording.script}
    assert leftovers(reelwright.home) == []


def leftovers(home: Path) -> list[Path]:
    """Temporary files that a finished home must not have."""
    folders = (home / "scratch", home / "blobs" / ".incoming")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]
