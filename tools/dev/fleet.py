"""The services as processes, started again when they end by themselves."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parts import children
from tools.dev.log import Log

_GRACE_S = 40.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A process: what it is called, its words after `python`, what it is told, and where it says that it is ready."""

    name: str
    words: Sequence[str]
    env: Mapping[str, str]
    ready_url: str


class Running:
    """One of them. To be used from one thread, which has to live as long: its processes end with it."""

    def __init__(self, plan: Plan, log: Log) -> None:
        self.plan = plan
        self._log = log
        self._process = self._start()

    def look(self) -> None:
        """Start it again if it has ended."""
        status = self._process.poll()
        if status is not None:
            self._log.say("dev", f"{self.plan.name} has ended ({_said(status)}) and is started again")
            self._process = self._start()

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.plan.ready_url, timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def ask_to_end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()

    def end(self, until_s: float) -> None:
        children.end(self._process, grace_s=max(0.1, until_s - time.monotonic()))

    def _start(self) -> "subprocess.Popen[bytes]":
        pipe = self._log.follow(self.plan.name)
        try:
            return children.start([sys.executable, *self.plan.words], log=pipe.path, env=self.plan.env)
        finally:
            pipe.handed_over()


def end_all(running: Sequence[Running]) -> None:
    """All at once, each with its grace."""
    for each in running:
        each.ask_to_end()
    until_s = time.monotonic() + _GRACE_S
    for each in running:
        each.end(until_s)


def _said(status: int) -> str:
    return f"by signal {-status}" if status < 0 else f"with status {status}"
