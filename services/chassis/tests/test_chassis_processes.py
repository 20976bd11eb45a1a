"""Work in subprocesses: results, errors, crashes, kills, and no orphans."""

import asyncio
import math
import os
import pickle
import signal
import subprocess
import sys

import pytest

from reelwright_chassis.errors import Reject, Stopped
from reelwright_chassis.processes import CpuPool, ProcessCrashed, report
from reelwright_chassis.stacks import frames_of


async def test_a_call_gives_its_result_and_the_process_is_used_again() -> None:
    async with CpuPool(1) as pool:
        assert await pool.run(math.factorial, 20) == math.factorial(20)
        first = await pool.run(os.getpid)
        assert first == await pool.run(os.getpid)
        assert first != os.getpid()


async def test_an_error_comes_back_as_itself_and_costs_no_process() -> None:
    async with CpuPool(1) as pool:
        process = await pool.run(os.getpid)
        with pytest.raises(ValueError, match=r"math domain error|nonnegative") as caught:
            await pool.run(math.sqrt, -1.0)
        assert any("cpu_child.py" in frame for frame in frames_of(caught.value))
        assert "math domain" not in "".join(frames_of(caught.value)), "frames go into logs, messages do not"
        assert await pool.run(os.getpid) == process


def test_our_own_errors_survive_the_way() -> None:
    error = pickle.loads(pickle.dumps(Reject("too_long", "It is too long.", remedy="Cut it.", cost_usd=0.5)))
    assert (error.reason_code, error.message, error.remedy, error.cost_usd, str(error)) == (
        "too_long",
        "It is too long.",
        "Cut it.",
        0.5,
        "It is too long.",
    )


async def test_an_error_that_cannot_travel_keeps_its_name() -> None:
    async with CpuPool(1) as pool:
        with pytest.raises(RuntimeError, match="Odd in a subprocess"):
            await pool.run(exec, "class Odd(Exception): pass\nraise Odd")


async def test_a_native_crash_costs_one_call() -> None:
    async with CpuPool(1) as pool:
        with pytest.raises(ProcessCrashed, match="SIGABRT"):
            await pool.run(os.abort)
        with pytest.raises(ProcessCrashed, match="lack of memory"):
            await pool.run(signal.raise_signal, signal.SIGKILL)
        with pytest.raises(ProcessCrashed, match="code 3"):
            await pool.run(os._exit, 3)
        assert await pool.run(math.gcd, 12, 18) == 6


async def test_progress_reaches_the_caller() -> None:
    told: list[tuple[float, str]] = []
    async with CpuPool(1) as pool:
        await pool.run(exec, REPORTING, on_progress=lambda percent, doing: told.append((percent, doing)))
    report(1, "does nothing here")
    assert told == [(50.0, "halving")]


async def test_stop_kills_the_work() -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with CpuPool(1) as pool:
        with pytest.raises(Stopped):
            await pool.run(
                exec,
                REPORTING + "\nwhile True: pass",
                on_progress=lambda *_: loop.call_soon_threadsafe(begun.set),
                stop=begun.is_set,
            )
        assert await pool.run(math.gcd, 12, 18) == 6


async def test_cancellation_kills_the_work() -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    pids: list[float] = []

    def note(pid: float, _: str) -> None:
        pids.append(pid)
        loop.call_soon_threadsafe(begun.set)

    async with CpuPool(1) as pool:
        code = "import os; from reelwright_chassis.processes import report; report(os.getpid(), '')\nwhile True: pass"
        working = asyncio.ensure_future(pool.run(exec, code, on_progress=note))
        await begun.wait()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        with pytest.raises(ProcessLookupError):
            os.kill(int(pids[0]), 0)


async def test_no_more_run_at_once_than_workers() -> None:
    async with CpuPool(2) as pool:
        pids = await asyncio.gather(*(pool.run(os.getpid) for _ in range(6)))
    assert len(set(pids)) <= 2


@pytest.mark.parametrize("work", ["while True: pass", "import re; re.match('(a+)+b', 'a' * 60)"])
def test_no_orphan_outlives_a_killed_parent(work: str) -> None:
    """The second one holds the interpreter's lock for ever. The pipe ends when both processes are gone."""
    code = f"import sys; print('working', file=sys.stderr, flush=True)\n{work}"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, code], stderr=subprocess.PIPE, text=True)
    assert parent.stderr is not None
    assert parent.stderr.readline() == "working\n"
    parent.kill()
    assert parent.stderr.read() == ""
    parent.stderr.close()
    assert parent.wait() == -signal.SIGKILL


REPORTING = "from reelwright_chassis.processes import report\nreport(50.0, 'halving'); report(51.0, 'too soon to tell')"
PARENT = """
import asyncio, sys
from reelwright_chassis.processes import CpuPool

async def main():
    async with CpuPool(1) as pool:
        await pool.run(exec, sys.argv[1])

asyncio.run(main())
"""
