"""Free ports on the loopback address."""

import os
import random
import socket
from collections.abc import Iterator
from functools import cache

_FIRST, _END = 20_000, 32_000
"""Below the ephemeral range, so that no client's socket takes one while its server is being started again."""


def free_port() -> int:
    """One that this process has told nobody else of, nor a test process beside it: what is told is bound only later."""
    for port in _ports():
        if _is_free(port):
            return port
    raise AssertionError("unreachable")


@cache
def _ports() -> Iterator[int]:
    """Those of this test process, around and around."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    mine = range(_FIRST + number, _END, count)
    at = random.randrange(len(mine))
    while True:
        at = (at + 1) % len(mine)
        yield mine[at]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
