"""With --offline, and without consent, nothing leaves the machine, whatever keys are there."""

import json
import subprocess
from pathlib import Path

import pytest
from e2e.command import Reelwright
from e2e.conftest import Talk
from e2e.recordings import ROOT

KEYS = {
    "KLING_API_KEY": "api-key-kling-planted",
    "KLING_ACCESS_KEY": "planted",
    "KLING_SECRET_KEY": "planted-and-long-enough-for-a-signature",
    "OPENAI_API_KEY": "sk-planted",
    "ANTHROPIC_API_KEY": "planted",
    "AWS_ACCESS_KEY_ID": "planted",
    "AWS_SECRET_ACCESS_KEY": "planted",
}
# Python imports a module of this name at start, in every process of ours: it notes whom sockets are connected to.
WITNESS = """
import json, os, sys

def witness(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        told = args[0] if event.startswith("socket.get") else args[1]
        with open(os.environ["WITNESS"], "a") as file:
            file.write(json.dumps([event, told if isinstance(told, str) else [str(part) for part in told]]) + "\\n")

sys.addaudithook(witness)
with open(os.environ["WITNESS"], "a") as file:
    file.write(json.dumps(["process", str(os.getpid())]) + "\\n")
"""


@pytest.fixture
def watched(reelwright: Reelwright, tmp_path: Path) -> Reelwright:
    """Keys of every vendor planted, and a witness in each process."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITNESS)
    reelwright.environment = KEYS | {"PYTHONPATH": str(tmp_path / "site"), "WITNESS": str(tmp_path / "witness.jsonl")}
    return reelwright


def seen(reelwright: Reelwright) -> list[tuple[str, str | list[str]]]:
    lines = Path(reelwright.environment["WITNESS"]).read_text().splitlines()
    return [tuple(json.loads(line)) for line in lines]


def strangers(events: list[tuple[str, str | list[str]]]) -> list[object]:
    """Connections to anything but this machine; a unix socket's address is a path."""
    names = [told if isinstance(told, str) else told[0] for event, told in events if event != "process"]
    return [name for name in names if not name.startswith(("/", "127.", "::1", "localhost"))]


def test_offline_connects_to_nothing_though_keys_are_there(watched: Reelwright, short_talk: Talk) -> None:
    short_talk.into(watched.folder)
    report = watched.make("talk.wav")
    assert report["simulated"]
    events = seen(watched)
    assert len([event for event, _ in events if event == "process"]) > 1, "the witness is in subprocesses, too"
    assert strangers(events) == []


def test_paid_providers_want_a_yes_before_anything_is_sent(watched: Reelwright, short_talk: Talk) -> None:
    short_talk.into(watched.folder)
    done = watched.run("make", "talk.wav")
    assert done.code == 2
    assert "--yes" in done.err
    assert "--offline" in done.err
    assert strangers(seen(watched)) == []
    assert not list(watched.folder.glob("talk.short.*"))


def test_no_key_reaches_the_demo_or_the_tests() -> None:
    shown = subprocess.run(
        ["make", "--silent", "--eval", "show-keys: ; @env", "show-keys"],
        cwd=ROOT,
        env=KEYS | {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "planted" not in shown.stdout
