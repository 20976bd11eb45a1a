"""With vendors' keys in the environment, an offline run and the Makefile's targets stay on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from e2e.recordings import ROOT

KEYS = {
    "KLING_API_KEY": "api-key-planted",
    "KLING_ACCESS_KEY": "planted",
    "KLING_SECRET_KEY": "planted",
    "OPENAI_API_KEY": "sk-planted",
    "OPENAI_BASE_URL": "http://planted.invalid/v1",
    "ANTHROPIC_API_KEY": "sk-ant-planted",
    "AWS_ACCESS_KEY_ID": "planted",
    "AWS_SECRET_ACCESS_KEY": "planted",
}
WATCHING = "socket.connect 'watching'"


@pytest.fixture
def watched(reelwright: Reelwright, tmp_path: Path) -> Reelwright:
    """With keys, and with whom it connects to written into `connections`."""
    python_path = str(Path(__file__).with_name("watched"))
    inherited = os.environ.get("PYTHONPATH")
    reelwright.environment |= KEYS
    reelwright.environment["PYTHONPATH"] = f"{python_path}{os.pathsep}{inherited}" if inherited else python_path
    reelwright.environment["WATCHED_LOG"] = str(tmp_path / "connections")
    return reelwright


def connections(reelwright: Reelwright) -> list[str]:
    """What the command's processes connected to; each says once that it was watched."""
    lines = Path(reelwright.environment["WATCHED_LOG"]).read_text().splitlines()
    assert WATCHING in lines
    return [line for line in lines if line != WATCHING]


def test_a_connection_would_be_seen(watched: Reelwright) -> None:
    code = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); socket.gethostbyname('localhost')"
    subprocess.run([sys.executable, "-c", code], env=watched.env(), check=True)
    assert connections(watched) == ["socket.connect ('127.0.0.1', 9)", "socket.gethostbyname 'localhost'"]


def test_an_offline_run_connects_to_nobody(watched: Reelwright, short_talk: Talk) -> None:
    short_talk.into(watched.folder)
    report = watched.make("talk.wav")
    assert (report["simulated"], report["cost_usd"]) == (True, 0.0)
    assert connections(watched) == []
    log = Path(watched.environment["WATCHED_LOG"]).read_text().splitlines()
    assert log.count(WATCHING) > 1  # its subprocesses were watched, too


def test_without_yes_and_without_a_terminal_nothing_is_sent(watched: Reelwright, short_talk: Talk) -> None:
    short_talk.into(watched.folder)
    done = watched.run("make", "talk.wav", "--budget", "1.50")
    assert (done.code, done.out) == (2, "")
    assert "OpenAI gets the recording and its text and is estimated to cost $" in done.err
    assert "Kling gets a description of each scene and may cost up to $1.50" in done.err
    assert "add --yes to agree, or --offline" in done.err.replace("\n", " ")
    assert connections(watched) == []


def test_other_commands_connect_to_nobody(watched: Reelwright) -> None:
    done = watched.run("doctor")
    assert "OPENAI_API_KEY is set" in done.out
    assert "planted" not in done.out + done.err
    assert connections(watched) == []


def test_make_drops_every_vendors_key() -> None:
    """For `demo`, `test` and all other targets alike."""
    shown = subprocess.run(
        ["make", "--no-print-directory", "--eval", "show-environment: ; @env", "show-environment"],
        cwd=ROOT,
        env=os.environ | KEYS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PATH=" in shown.stdout
    names = {line.partition("=")[0] for line in shown.stdout.splitlines()}
    assert not names & KEYS.keys()
    assert "planted" not in shown.stdout
