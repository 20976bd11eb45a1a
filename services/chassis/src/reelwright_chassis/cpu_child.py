"""The child's side of `processes.CpuPool`: answers one call after another, and dies with its parent."""

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import NoReturn

from reelwright_chassis.stacks import frames_of

_PR_SET_PDEATHSIG = 1
_REPORT_EVERY_S = 0.1

_parent: Connection | None = None
_reported_at_s = 0.0


def report(percent: float, doing: str) -> None:
    """Tell whoever called this function through a pool how far it is; does nothing elsewhere. Cheap."""
    global _reported_at_s  # noqa: PLW0603 - one conversation per process
    if _parent is not None and time.monotonic() - _reported_at_s >= _REPORT_EVERY_S:
        _reported_at_s = time.monotonic()
        _parent.send(("progress", percent, doing))


def main(connection: int, lifeline: int, parent: int) -> None:
    """Serve until the connection closes; or, in the middle of whatever, until the lifeline does or `parent` is gone.

    Connection and lifeline are file descriptors.
    """
    global _parent  # noqa: PLW0603
    _die_with(parent, lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; what it means, the parent decides
    _parent = Connection(connection)
    sys.path[:] = _parent.recv()
    while True:
        try:
            call = _parent.recv_bytes()
        except EOFError:
            return
        _parent.send_bytes(_answer(call))


def _answer(call: bytes) -> bytes:
    try:
        function, args = pickle.loads(call)  # noqa: S301 - our own parent wrote it
        return pickle.dumps(("result", function(*args), []))
    except Exception as error:  # noqa: BLE001 - it goes to the caller
        return _portable(error, frames_of(error))


def _portable(error: Exception, frames: list[str]) -> bytes:
    """The error itself where it crosses processes, else its name. Its frames go along."""
    try:
        data = pickle.dumps(("error", error, frames))
        pickle.loads(data)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever its author did to it
        return pickle.dumps(("error", RuntimeError(f"{type(error).__name__} in a subprocess"), frames))
    return data


def _die_with(parent: int, lifeline: int) -> None:
    if sys.platform == "linux":
        # Works even while native code holds the interpreter's lock.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        _die()
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)  # nobody writes: it ends when the parent's end closes
    _die()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit(1)
