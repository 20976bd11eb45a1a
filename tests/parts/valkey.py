"""A Valkey: this machine's own, or the Redis that it grew out of, out of Debian's packages."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts import children, debian
from parts.cache import cache_root
from parts.ports import free_port

NAME = "redis-debian-2"
_TOOLS = ("valkey-server", "redis-server")
_PACKAGES = (
    "redis-server", "redis-tools", "libhiredis0.14", "libjemalloc2", "liblua5.1-0", "liblzf1", "lua-bitop", "lua-cjson",
)  # fmt: skip
_PATIENCE_S = 60.0


def missing() -> str | None:
    return None if any(map(shutil.which, _TOOLS)) else debian.why_not(NAME, _TOOLS[1])


def install() -> None:
    _tool()


def start(folder: Path) -> "Valkey":
    return Valkey(folder)


def _tool() -> Path:
    own = shutil.which(_TOOLS[0])
    return Path(own) if own else debian.program(NAME, _TOOLS[1], *_PACKAGES)


class Valkey:
    """One server that forgets everything when it ends. `stop` and `start` keep its port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self._port}/0"

    @property
    def address(self) -> dict[str, str]:
        return {"url": self.url}

    def start(self) -> None:
        log = self._folder / "valkey.log"
        self._process = children.start(self._command(), log=log, env=_libraries(), cwd=self._folder)
        _await_answer(self._process, self._port, log)

    def stop(self) -> None:
        children.end(self._process)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _command(self) -> list[str | Path]:
        return [_tool(), "--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]


def _libraries() -> dict[str, str]:
    """Where an unpacked one finds what it needs."""
    folders = sorted((cache_root() / NAME / "usr" / "lib").glob("*-linux-gnu*"))
    had = os.environ.get("LD_LIBRARY_PATH", "")
    return {"LD_LIBRARY_PATH": ":".join([*map(str, folders), *([had] if had else [])])} if folders else {}


def _await_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Returns when it answers a ping. Raises RuntimeError with its last words."""
    until = time.monotonic() + _PATIENCE_S
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > until:
            children.kill(process)
            raise RuntimeError(f"valkey did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 2.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
