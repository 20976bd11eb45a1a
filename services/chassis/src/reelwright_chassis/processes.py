"""CPU work in subprocesses: it may be killed, and a native crash costs one job and not the process."""

import asyncio
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self, TypeVar, TypeVarTuple, cast

from reelwright_chassis.cpu_child import report
from reelwright_chassis.errors import ReelwrightError, Stopped
from reelwright_chassis.stacks import note_frames

__all__ = ["CpuPool", "ProcessCrashed", "report"]

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

OnProgress = Callable[[float, str], object]

_LOOK_FOR_STOP_S = 0.25
_JOIN_S = 5.0
_STDERR = 2
_MAIN = "import sys; from reelwright_chassis.cpu_child import main; main(*map(int, sys.argv[1:]))"


class ProcessCrashed(ReelwrightError):
    """A subprocess ended in the middle of its work: a fault in native code, or the kernel had no memory left."""


class CpuPool:
    """At most `workers` subprocesses, each doing one call at a time; an idle one is used again.

        async with CpuPool(workers=2) as pool:
            result = await pool.run(encode_segment, segment, on_progress=job.progress, stop=lambda: job.stopped)

    The function must be importable by name, its arguments and result picklable and small: pass paths, not pictures.
    It tells its progress with `processes.report(percent, doing)`.
    """

    def __init__(self, workers: int) -> None:
        self._slots = asyncio.Semaphore(workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="cpu-pool")
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Kill what runs. Idempotent."""
        for child in [*self._idle, *self._busy]:
            child.kill()
        self._idle.clear()
        await asyncio.to_thread(self._threads.shutdown)

    async def run(
        self,
        function: Callable[[*Ts], T],
        *args: *Ts,
        on_progress: OnProgress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> T:
        """Call `function(*args)` in a subprocess.

        Raises what it raised, with its frames as a note; `ProcessCrashed`; `Stopped` once `stop()` says so, which is
        looked at four times a second. Stopped or cancelled, the subprocess is killed. `on_progress` is called from
        another thread.
        """
        async with self._slots:
            child = self._idle.pop() if self._idle else _Child()
            self._busy.add(child)
            try:
                outcome = await self._wait(child, pickle.dumps((function, args)), on_progress, stop)
            except BaseException:
                child.kill()
                raise
            finally:
                self._busy.discard(child)
            self._idle.append(child)
        return cast(T, _unpack(outcome))

    async def _wait(
        self, child: "_Child", call: bytes, on_progress: OnProgress | None, stop: Callable[[], bool] | None
    ) -> tuple[str, object, list[str]]:
        talk = asyncio.get_running_loop().run_in_executor(self._threads, child.call, call, on_progress)
        talk.add_done_callback(lambda done: done.cancelled() or done.exception())  # also when nobody waits any more
        while not talk.done():
            if stop is not None and stop():
                raise Stopped("stopped while a subprocess worked")
            await asyncio.wait({talk}, timeout=None if stop is None else _LOOK_FOR_STOP_S)
        return talk.result()


class _Child:
    """A subprocess, started by its first call. `call` belongs to one thread at a time, `kill` to any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._killed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._lifeline: int | None = None

    def call(self, call: bytes, on_progress: OnProgress | None) -> tuple[str, object, list[str]]:
        """Blocks until the answer is here: its kind, value or error, the error's frames. Raises `ProcessCrashed`."""
        try:
            connection = self._open()
            connection.send_bytes(call)
            while True:
                answer = pickle.loads(connection.recv_bytes())  # noqa: S301 - our own child wrote it
                if answer[0] != "progress":
                    return cast(tuple[str, object, list[str]], answer)
                if on_progress is not None:
                    on_progress(*answer[1:])
        except (EOFError, OSError) as error:
            raise ProcessCrashed(self._obituary()) from error

    def kill(self) -> None:
        """Idempotent."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()
                self._process.wait(_JOIN_S)
            if self._lifeline is not None:
                os.close(self._lifeline)
                self._lifeline = None

    def _open(self) -> Connection:
        with self._lock:
            if self._killed:
                raise ProcessCrashed("the subprocess was killed before it began")
            if self._connection is None:
                self._connection = self._start()
            return self._connection

    def _start(self) -> Connection:
        ours, theirs = multiprocessing.Pipe()
        lifeline, self._lifeline = os.pipe()
        handles = (theirs.fileno(), lifeline)
        command = [sys.executable, "-X", "faulthandler", "-c", _MAIN, *map(str, handles), str(os.getpid())]
        try:
            # Standard output is for this process's results: what libraries print there goes to standard error.
            self._process = subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
                command, pass_fds=handles, stdin=subprocess.DEVNULL, stdout=_STDERR, env=_environment()
            )
        finally:
            theirs.close()
            os.close(lifeline)
        ours.send(sys.path)
        return ours

    def _obituary(self) -> str:
        code = self._process.wait(_JOIN_S) if self._process is not None else 0
        if code == -signal.SIGKILL:
            return "a subprocess was killed, perhaps for lack of memory"
        if code < 0:
            return f"a subprocess crashed with {signal.Signals(-code).name}"
        return f"a subprocess ended with code {code}"


def _environment() -> dict[str, str]:
    """Ours, and where the child finds the chassis before it is told the whole path."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _unpack(answer: tuple[str, object, list[str]]) -> object:
    kind, value, frames = answer
    if kind == "error":
        error = cast(Exception, value)
        note_frames(error, frames)
        raise error
    return value
