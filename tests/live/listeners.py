"""Listeners of server-sent events as cheap as can be: many in one process, each of which comes back by itself."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_LINE_BYTES = 1 << 20
_USUAL_RETRY_S = 1.0


@dataclass
class Listener:
    """Follows one path of a gateway for as long as `run` does. `versions` are those it was told, in order."""

    port: int
    path: str
    headers: dict[str, str]
    versions: list[int] = field(default_factory=list)
    snapshots: int = 0
    heartbeats: int = 0
    progress: int = 0
    refused: list[int] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _retry_s: float = _USUAL_RETRY_S

    async def run(self) -> None:
        """Until it is cancelled, as an `EventSource` does it: with `retry`, and the last id that it saw."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._once()
            await asyncio.sleep(self._retry_s)

    async def _once(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=_LINE_BYTES)
        try:
            writer.write(self._request())
            status = int((await reader.readline()).split(b" ")[1])
            if status != 200:
                self.refused.append(status)
                return
            await self._events(reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _request(self) -> bytes:
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept": "text/event-stream", **self.headers}
        if self.versions:
            headers["Last-Event-ID"] = str(self.versions[-1])
        lines = [f"GET {self.path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    async def _events(self, reader: asyncio.StreamReader) -> None:
        """Chunk sizes and headers look like no field of an event, and are passed over."""
        kind = ""
        while line := await reader.readline():
            name, _, text = line.decode().rstrip("\r\n").partition(": ")
            match name:
                case "event":
                    kind = text
                case "retry":
                    self._retry_s = int(text) / 1_000
                case "" if text.startswith("ping"):
                    self.heartbeats += 1
                    self.news.set()
                case "data":
                    self._hear(kind, json.loads(text))

    def _hear(self, kind: str, told: dict[str, Any]) -> None:
        if kind == "progress":
            self.progress += 1
        if kind in ("snapshot", "change"):
            self.snapshots += kind == "snapshot"
            self.versions.append(told["version"])
        self.news.set()

    async def until(self, wanted: Callable[["Listener"], bool]) -> None:
        while not wanted(self):
            self.news.clear()
            await self.news.wait()


async def all_until(listeners: Sequence[Listener], wanted: Callable[[Listener], bool], patience_s: float) -> None:
    """Returns once it holds for every one. Raises AssertionError with how many it does not hold for."""
    try:
        async with asyncio.timeout(patience_s):
            for listener in listeners:
                await listener.until(wanted)
    except TimeoutError:
        behind = [listener for listener in listeners if not wanted(listener)]
        raise AssertionError(f"{len(behind)} of {len(listeners)} wait, as {behind[0]}") from None


def start(listeners: Sequence[Listener], *, at_once: int) -> Awaitable[object]:
    """Runs them all; connects `at_once` at a time the first time."""
    turns = asyncio.Semaphore(at_once)

    async def first_in_turn(listener: Listener) -> None:
        running = asyncio.create_task(listener.run())
        try:
            async with turns:
                await listener.until(lambda it: it.snapshots > 0)
            await running
        finally:
            running.cancel()

    return asyncio.gather(*(first_in_turn(listener) for listener in listeners))


def deaf(port: int, path: str, headers: dict[str, str]) -> socket.socket:
    """Asks for events and never reads one, with as little room for what is sent as the kernel gives."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    connection.connect(("127.0.0.1", port))
    connection.sendall(Listener(port, path, headers)._request())
    return connection
