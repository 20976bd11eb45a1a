"""The life of a service's process: what probes are told, how signals and faults end it, what the log says."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

_PROGRAM = Path(__file__).parent / "serving_example.py"
_PATIENCE_S = 30.0


class Example:
    """The program at work, and what it said."""

    def __init__(self, folder: Path, mode: str, **environment: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._http = f"127.0.0.1:{probe.getsockname()[1]}"
        told = {
            "REELWRIGHT_EXAMPLE_MODE": mode,
            "REELWRIGHT_EXAMPLE_FOLDER": str(folder),
            "REELWRIGHT_SERVICE_HTTP_ADDRESS": self._http,
            "REELWRIGHT_SERVICE_SCRATCH": str(folder / "scratch"),
        }
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(_PROGRAM)], env=os.environ | told | environment, stdout=log, stderr=log
            )

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://{self._http}{path}", trust_env=False, timeout=10)

    def says(self, path: str, status: int) -> str:
        """Its answer, once it has this status."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            try:
                answer = self.get(path)
            except httpx.TransportError:
                continue
            if answer.status_code == status:
                return answer.text.strip()
            time.sleep(0.02)
        raise AssertionError(f"{path} never answered {status}: {self.log}")

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        return self.process.wait(_PATIENCE_S)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def line(self, action: str) -> dict[str, Any]:
        """The first line of this action, once there is one."""
        until = time.monotonic() + _PATIENCE_S
        while not (found := self.lines(action)):
            assert time.monotonic() < until, self.log
            time.sleep(0.02)
        return found[0]

    def lines(self, action: str) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in told if line["action"] == action]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Example]]:
    started: list[Example] = []

    def start(mode: str, **environment: str) -> Example:
        started.append(Example(tmp_path, mode, **environment))
        return started[-1]

    yield start
    for example in started:
        example.process.kill()
        example.process.wait()


def test_it_is_ready_then_ends_in_order(start: Callable[..., Example]) -> None:
    example = start("well")
    example.says("/readyz", 200)
    assert example.says("/livez", 200) == "ok"
    assert "reelwright_service_ready" in example.says("/metrics", 200)
    assert example.get("/anything").status_code == 404
    assert example.line("service_ready")["service"] == "example"
    example.tell()
    assert example.says("/readyz", 503) == "it is shutting down"
    assert example.says("/livez", 200) == "ok"
    assert len(list((example.folder / "scratch").glob("*/work"))) == 1
    (example.folder / "may-end").touch()
    assert example.ended() == 0
    assert (example.folder / "left").exists()
    assert list((example.folder / "scratch").iterdir()) == []
    [stopping] = example.lines("service_stopping")
    assert stopping["signal"] == "SIGTERM"
    assert example.lines("service_stopped")


def test_a_second_signal_ends_it_sooner(start: Callable[..., Example]) -> None:
    example = start("stubborn")
    example.says("/readyz", 200)
    example.tell(signal.SIGINT)
    example.says("/readyz", 503)
    example.tell()
    assert example.ended() == 0
    assert example.lines("service_stopping_at_once")


def test_a_fault_of_its_own_ends_it_with_the_stack_and_without_words(start: Callable[..., Example]) -> None:
    example = start("broken")
    assert example.ended() == 1
    [failed] = example.lines("service_failed")
    assert failed["exception"] == "builtins.RuntimeError"
    assert any("serving_example.py" in frame for frame in failed["stack"])
    assert "somebody's words" not in example.log


def test_a_part_that_is_away_is_waited_for_with_words(start: Callable[..., Example]) -> None:
    example = start("away")
    assert "nobody is at home" in example.says("/readyz", 503)
    assert example.says("/livez", 200) == "ok"
    (example.folder / "back").touch()
    example.says("/readyz", 200)
    assert example.lines("part_unavailable")[0]["error"] == "nobody is at home"
    (example.folder / "may-end").touch()
    example.tell()
    assert example.ended() == 0


def test_a_missing_key_leaves_it_alive_and_unready(start: Callable[..., Example]) -> None:
    example = start("keyless")
    until = time.monotonic() + _PATIENCE_S
    while example.says("/readyz", 503) != "EXAMPLE_KEY is not set.":
        assert time.monotonic() < until
    assert example.says("/livez", 200) == "ok"
    assert example.lines("not_usable")[0]["why"] == "EXAMPLE_KEY is not set."
    example.tell()
    assert example.ended() == 0


def test_a_blocked_event_loop_is_told_by_a_thread_that_is_not(start: Callable[..., Example]) -> None:
    example = start("blocked", REELWRIGHT_SERVICE_LOOP_STALL_S="0.3")
    assert "the event loop has been blocked for" in example.says("/livez", 503)
    [wedged] = example.lines("wedged")
    assert any("time.sleep" in frame or " run" in frame for frames in wedged["stacks"].values() for frame in frames)


def test_a_poll_loop_that_does_not_turn_is_told(start: Callable[..., Example]) -> None:
    example = start("wedged")
    assert example.says("/livez", 503) == "example: its poll loop has not turned for 1000 s"


def test_wrong_settings_are_all_named_at_once(start: Callable[..., Example]) -> None:
    example = start("odd", REELWRIGHT_SERVICE_GRACE_S="soon", REELWRIGHT_SERVICE_GRPC_ADDRESS="50051")
    assert example.ended() == 2
    first, *others = example.log.splitlines()
    assert first.startswith("REELWRIGHT_EXAMPLE_MODE='odd' is not right")
    assert [line.partition("=")[0] for line in others] == [
        "REELWRIGHT_SERVICE_GRPC_ADDRESS",
        "REELWRIGHT_SERVICE_GRACE_S",
    ]


def test_an_address_that_is_taken_is_a_sentence(start: Callable[..., Example]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        example = start("well", REELWRIGHT_SERVICE_HTTP_ADDRESS=address)
        assert example.ended() == 2
    assert f"REELWRIGHT_SERVICE_HTTP_ADDRESS={address} cannot be listened on" in example.log


def test_what_a_killed_process_left_is_removed_by_the_next(start: Callable[..., Example]) -> None:
    killed = start("well")
    killed.says("/readyz", 200)
    killed.process.kill()
    killed.ended()
    assert len(list((killed.folder / "scratch").glob("*/work"))) == 1
    example = start("well")
    example.says("/readyz", 200)
    assert len(list((example.folder / "scratch").glob("*/work"))) == 1


def test_help_tells_every_setting() -> None:
    said = subprocess.run([sys.executable, str(_PROGRAM), "--help"], capture_output=True, text=True, check=True).stdout
    assert "REELWRIGHT_EXAMPLE_MODE  (must be set)\n      What it does." in said
    assert "REELWRIGHT_SERVICE_HTTP_ADDRESS  (default 127.0.0.1:8081)" in said
