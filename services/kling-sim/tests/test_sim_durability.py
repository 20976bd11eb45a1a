"""The ledger survives kill -9: what was accepted goes on, and is charged once at most."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from reelwright_kling_sim import read_ledger
from reelwright_kling_sim.ledger import FILE_NAME, Ledger
from reelwright_kling_sim.settings import DEMO_API_KEY
from reelwright_kling_sim.testing import MakeBench

STUCK_WHILE_DRAWING = """
import asyncio, sys, threading
from pathlib import Path
from reelwright_kling_sim import SimSettings, simulator

drawing = threading.Event()

def draw(job):
    drawing.set()
    threading.Event().wait()

async def main():
    async with simulator(SimSettings(state_dir=Path(sys.argv[1])), draw=draw) as sim, sim.client() as client:
        for name in ("a-0", "a-1"):
            body = {"prompt": "waves", "options": {"external_task_id": name}}
            response = await client.post("/text-to-video/kling-3.0-turbo", json=body)
            assert response.json()["code"] == 0, response.text
        await asyncio.to_thread(drawing.wait)
        print("accepted, and drawing", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def running(*arguments: str, env: dict[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A Python process and its output; killed at the end of the block if it still runs."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def _accept_two_and_be_killed(state: Path) -> None:
    with running("-c", STUCK_WHILE_DRAWING, str(state)) as (process, output):
        assert output.readline() == "accepted, and drawing\n"
        os.kill(process.pid, signal.SIGKILL)


async def test_a_kill_between_accept_and_drawing_loses_nothing_and_charges_once(
    bench_with: MakeBench, tmp_path: Path
) -> None:
    state = tmp_path / "sim"
    _accept_two_and_be_killed(state)
    (state / "media" / ".77-half-a-clip.mp4").write_bytes(b"half")
    accepted = read_ledger(state, "a-")
    assert [(row.external_task_id, row.is_charged) for row in accepted] == [("a-0", False), ("a-1", False)]

    for _ in range(2):  # the second start finds nothing more to do
        async with bench_with() as bench:
            bench.clock.advance(365 * 86_400)
            await bench.sim.settle()
            remaining_centi = await bench.sim.simulator.remaining_centi()
        rows = read_ledger(state, "a-")
        assert [(row.task_id, row.status) for row in rows] == [(row.task_id, "succeeded") for row in accepted]
        assert sum(row.charged_units for row in rows) == 8
        assert bench.sim.simulator.packs.units_centi["video"] - remaining_centi["video"] == 800
        assert {path.name for path in (state / "media").iterdir()} == {f"{row.task_id}-0.mp4" for row in accepted}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A server's environment: flat drawing, a free port, some knobs as text."""
    return os.environ | {
        "REELWRIGHT_SIM_STATE_DIR": str(tmp_path / "served"),
        "REELWRIGHT_SIM_PORT": "0",
        "REELWRIGHT_SIM_DRAWING": "flat",
        "REELWRIGHT_SIM_MAX_HEIGHT": "64",
        "REELWRIGHT_SIM_API_KEYS": json.dumps([DEMO_API_KEY, "api-key-kling-second"]),
    }


def test_served_over_http_a_clip_is_made_and_downloaded(environment: dict[str, str], tmp_path: Path) -> None:
    with running("-m", "reelwright_kling_sim", env=environment) as (process, output):
        url = output.readline().strip()
        headers = {"Authorization": "Bearer api-key-kling-second"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
            body = {"prompt": "waves", "options": {"external_task_id": "a-0"}}
            created = client.post("/text-to-video/kling-3.0-turbo", json=body).json()["data"]
            task = _poll(client, created["id"])
            media_url = task["outputs"][0]["url"]
            assert media_url.startswith(f"{url}/_media/")
            part = client.get(media_url, headers={"Range": "bytes=4-7"})
            assert (part.status_code, part.content) == (206, b"ftyp")
            (row,) = client.get("/_sim/ledger", params={"external_prefix": "a-"}).json()
            assert row["charged_units"] == "4"
        process.terminate()
        assert process.wait(30) == 0
    assert [row.task_id for row in read_ledger(tmp_path / "served")] == [created["id"]]


def _poll(client: httpx.Client, task_id: str) -> dict[str, Any]:
    """Look up until it has succeeded; each look-up waits for the server, so this needs no sleep."""
    for _ in range(10_000):
        task: dict[str, Any] = client.get("/tasks", params={"task_ids": task_id}).json()["data"][0]
        if task["status"] == "succeeded":
            return task
    raise AssertionError(task)


def test_a_file_of_a_newer_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    Ledger(tmp_path / FILE_NAME).close()
    database = sqlite3.connect(tmp_path / FILE_NAME)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RuntimeError, match="newer version"):
        Ledger(tmp_path / FILE_NAME)


def test_commits_are_synced_to_the_disk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / FILE_NAME)
    modes = [ledger._one(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "user_version")]
    ledger.close()
    assert modes == ["wal", 2, 1]
