"""One log of many processes: each line is prefixed with whose it is, in a colour of its own on a terminal."""

import itertools
import os
import sys
import threading
from pathlib import Path
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94)
_WIDTH = 14


class Log:
    """Written to by any thread."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._colours = itertools.cycle(_COLOURS)
        self._prefixes: dict[str, str] = {}

    def say(self, name: str, line: str) -> None:
        with self._lock:
            self._out.write(f"{self._prefix(name)}{line}\n")
            self._out.flush()

    def tell(self, text: str) -> None:
        """Without a prefix."""
        with self._lock:
            self._out.write(f"{text}\n")
            self._out.flush()

    def follow(self, name: str) -> "Pipe":
        """A file whose lines are said by `name`, until all who write to it have closed it."""
        return Pipe(self, name)

    def _prefix(self, name: str) -> str:
        if name not in self._prefixes:
            text = f"{name:<{_WIDTH}} | "
            self._prefixes[name] = f"\x1b[{next(self._colours)}m{text}\x1b[0m" if self._out.isatty() else text
        return self._prefixes[name]


class Pipe:
    """Give `path` to a process as its output, then `handed_over`."""

    def __init__(self, log: Log, name: str) -> None:
        reading, self._writing = os.pipe()
        self.path = Path(f"/proc/self/fd/{self._writing}")
        threading.Thread(target=_pump, args=(log, name, reading), name=f"log-{name}", daemon=True).start()

    def handed_over(self) -> None:
        os.close(self._writing)


def _pump(log: Log, name: str, reading: int) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            log.say(name, line.rstrip("\n"))
