"""The smallest part there is, for the test of the stewards: a process that waits."""

import sys
from pathlib import Path

from parts import children


def missing() -> str | None:
    return None


def install() -> None:
    """Nothing is fetched."""


class Echo:
    def __init__(self, folder: Path) -> None:
        self._process = children.start([sys.executable, "-c", "import time; time.sleep(600)"], log=folder / "echo.log")
        self.address = {"pid": str(self._process.pid)}
        (folder / "pid").write_text(self.address["pid"])

    def stop(self) -> None:
        children.end(self._process)


def start(folder: Path) -> Echo:
    return Echo(folder)
