"""A real part that all workers of one test run share; it ends with the run, also when the run is killed."""

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest
from e2e.sharing import once
from parts.part import PartModule

_PATIENCE_S = 120.0


def shared_part(factory: pytest.TempPathFactory, name: str) -> dict[str, str]:
    """The address of the run's one part `name`, started by whoever asks first. Skips the test that cannot have it."""
    module = cast(PartModule, importlib.import_module(f"parts.{name}"))
    if why := module.missing():
        pytest.skip(why)
    folder = once(factory, f"part-{name}", lambda folder: _start(name, folder))
    address: dict[str, str] = json.loads((folder / "address.json").read_text(encoding="utf-8"))
    return address


def _start(name: str, folder: Path) -> None:
    """With a steward, that watches the process which leads the run."""
    leader = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "steward.log").open("ab") as log:
        steward = subprocess.Popen(
            [sys.executable, "-m", "parts.steward", name, str(folder), str(leader)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + _PATIENCE_S
    while not (folder / "address.json").exists():
        if (folder / "failed.txt").exists() or steward.poll() is not None or time.monotonic() > until:
            steward.kill()
            raise RuntimeError(f"{name} did not start: {_last_words(folder)}")
        time.sleep(0.05)
    steward.returncode = 0  # it outlives this process on purpose: no ResourceWarning


def _last_words(folder: Path) -> str:
    texts = [
        path.read_text(errors="replace")[-2000:]
        for path in (folder / "failed.txt", folder / "steward.log")
        if path.exists()
    ]
    return "\n".join(texts)
