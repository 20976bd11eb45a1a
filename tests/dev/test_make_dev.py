"""`make dev` as a developer meets it: started, told what to do, doing it, and ended by Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from parts import dynamodb, kafka, s3
from parts.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.dev, pytest.mark.timeout(900)]
_PATIENCE_S = 600.0
_LOOK_S = 0.5


class Dev:
    """The running command, and what it has written."""

    def __init__(self, state: Path) -> None:
        self.lines: list[str] = []
        self._new: Queue[str | None] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.dev", "--port", str(free_port()), "--state", str(state)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": "tests:."},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def until(self, pattern: str) -> str:
        """The first line not yet looked at that has it."""
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                line = self._new.get(timeout=max(0.1, until_s - time.monotonic()))
            except Empty:
                line = None
            assert line is not None, "\n".join(self.lines[-60:])
            if re.search(pattern, line):
                return line

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._new.put(self.lines[-1])
        self._new.put(None)


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Dev]:
    for part in (kafka, dynamodb, s3):
        if why := part.missing():
            pytest.skip(why)
    running = Dev(tmp_path / "state")
    yield running
    if running.process.poll() is None:
        running.process.kill()  # its children end with it
    running.process.wait()
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_the_commands_that_it_tells_make_a_video_and_nothing_outlives_it(dev: Dev, tmp_path: Path) -> None:
    dev.until("Make a video of the sample recording")
    dev.until("Ctrl-C ends all of it")
    commands = told_commands(dev.lines)
    audio = shell([*commands[:-1], "echo", 'echo "$AUDIO"']).splitlines()[-1]
    look = [commands[0], f"AUDIO={audio}", commands[-1]]
    project = looked(look)
    while project["state"] not in ("completed", "failed"):
        time.sleep(_LOOK_S)  # between two looks, of which a user has some hundred a minute
        project = looked(look)
    assert project["state"] == "completed", project
    assert shell([f"curl -sS -o /dev/null -w '%{{content_type}}' '{project['video']['video']['url']}'"]) == "video/mp4"
    assert left_over(tmp_path), "this test cannot see the processes"
    assert dev.interrupt() == 0
    assert not left_over(tmp_path)


def looked(commands: list[str]) -> dict[str, Any]:
    """What looking at the project says."""
    project: dict[str, Any] = json.loads(shell(commands))
    assert "state" in project, project
    return project


def told_commands(lines: list[str]) -> list[str]:
    """The shell commands of the text, each whole; what looks at the project is the last."""
    begin = next(number for number, line in enumerate(lines) if line.startswith("Make a video"))
    text = "\n".join(line.removeprefix("  ") for line in lines[begin:] if line.startswith("  "))
    return text.replace("\\\n", "").splitlines()


def shell(commands: list[str]) -> str:
    done = subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def left_over(folder: Path) -> list[int]:
    """Processes whose words or environment name the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:  # it ended, or is not ours
            continue
        if str(folder).encode() in said:
            found.append(int(process.name))
    return found
