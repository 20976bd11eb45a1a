"""Runs the `reelwright` command as its users do: as a process, with a home of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reelwright_kling_sim import LedgerRow, read_ledger

COMMAND = Path(sys.executable).with_name("reelwright")
BESIDE = (".short.mp4", ".short.srt", ".short.vtt", ".short.jpg", ".short.otio", ".transcript.txt", ".plan.yaml")
"""What one `make` puts beside a recording, by what follows its name."""

_LONGEST_S = 240.0


@dataclass(frozen=True, slots=True)
class Done:
    """An ended command. `out` holds results alone, `err` is what was said to people."""

    code: int
    out: str
    err: str

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The JSON objects at the end of `out`, one for each recording."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass
class Reelwright:
    """One home and one working folder; the tiny profile unless said otherwise."""

    home: Path
    folder: Path
    profile: str = "tiny"
    environment: dict[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REELWRIGHT_")}
        own = {"REELWRIGHT_HOME": str(self.home), "REELWRIGHT_PROFILE": self.profile, "OMP_NUM_THREADS": "1"}
        return kept | own | self.environment

    @contextmanager
    def started(self, *arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
        """The command in a process group of its own; whatever is left of the group at the end is killed."""
        process = subprocess.Popen(
            [str(COMMAND), *map(str, arguments)],
            cwd=self.folder,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                kill_group(process)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[tuple["subprocess.Popen[str]", str]]:
        """`serve --offline`, ready; the process, and the address that it tells. Port 0 takes a free one."""
        with self.started("serve", "--port", str(port), "--offline") as process:
            assert process.stderr is not None
            said = process.stderr.readline()
            address = re.search(r"http://[0-9.:]+", said)
            assert address, said
            yield process, address[0]

    def run(self, *arguments: str | Path) -> Done:
        with self.started(*arguments) as process:
            return ended(process)

    def make(self, *arguments: str | Path) -> dict[str, Any]:
        """`make --offline --json`, which has to succeed; its report."""
        done = self.run("make", *arguments, "--offline", "--json")
        assert done.code == 0, done
        return done.reports[-1]

    def ledger(self) -> Sequence[LedgerRow]:
        """The simulator's own account of what was asked of it, in all runs together."""
        return read_ledger(self.home / "kling-sim") if (self.home / "kling-sim").exists() else ()

    def charged(self) -> list[str]:
        """The submissions that cost something, by our own id for each."""
        return sorted(str(row.external_task_id) for row in self.ledger() if row.is_charged)

    def beside(self, name: str) -> set[Path]:
        """What `make` puts beside the recording `name`."""
        return {self.folder / f"{name}{suffix}" for suffix in BESIDE}

    def files(self) -> set[Path]:
        """Everything in the working folder, hidden files too."""
        return {path for path in self.folder.rglob("*") if path.is_file()}


def ended(process: "subprocess.Popen[str]") -> Done:
    out, err = process.communicate(timeout=_LONGEST_S)
    return Done(process.returncode, out, err)


def kill_group(process: "subprocess.Popen[str]") -> None:
    """kill -9 to the command and all of its subprocesses."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
