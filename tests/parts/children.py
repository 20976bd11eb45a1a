"""Processes that end with the one that started them, whatever ends that."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LAUNCHER = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):  # it ended in between
    os.kill(os.getpid(), signal.SIGKILL)
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""A program, not a `preexec_fn`: Python that runs between fork and exec crashes beside the threads of gRPC."""


def start(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own, its output appended to `log`. `env` is added to this process's own.

    It gets SIGKILL when the thread that called this ends: call it from one that lives as long as the process shall.
    """
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid())]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*launcher, *(str(word) for word in command)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def end(process: "subprocess.Popen[bytes]", *, grace_s: float = 15.0) -> int:
    """SIGTERM, then SIGKILL to the whole session; its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            return process.wait(grace_s)
        except subprocess.TimeoutExpired:
            kill(process)
    return process.wait()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """kill -9, to its children too."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
