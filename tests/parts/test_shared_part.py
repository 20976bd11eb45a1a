"""A shared part starts once, and ends with the process that its steward watches."""

import os
import select
import subprocess
import sys
from pathlib import Path

from parts import children


def test_a_steward_ends_its_part_with_the_process_it_watches(tmp_path: Path) -> None:
    watched = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    steward = children.start(
        [sys.executable, "-m", "parts.steward", "echo_part", tmp_path, str(watched.pid)],
        log=tmp_path / "log",
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    try:
        part = int((tmp_path / "pid").read_text()) if _appears(tmp_path / "address.json", steward) else 0
        part_ends = os.pidfd_open(part)
        watched.kill()
        watched.wait()
        assert steward.wait(30) == 0
        assert select.select([part_ends], [], [], 30)[0], "the part outlived the run"
    finally:
        assert watched.stdin is not None
        watched.stdin.close()
        children.kill(steward)


def _appears(path: Path, steward: "subprocess.Popen[bytes]") -> bool:
    while not path.exists():
        assert steward.poll() is None, (path.parent / "log").read_text()
        os.sched_yield()
    return True
