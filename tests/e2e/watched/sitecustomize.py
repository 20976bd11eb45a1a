"""Put on PYTHONPATH: every Python process of a command writes down whom it looks up and connects to."""

import os
import sys
from typing import Any

_LOG = os.environ["WATCHED_LOG"]


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        found = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        found = arguments[0]
    else:
        return
    line = f"{event} {found!r}\n".encode()
    handle = os.open(_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line)
    os.close(handle)


sys.addaudithook(_note)
_note("socket.connect", (None, "watching"))
