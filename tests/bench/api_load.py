"""A load of HTTP requests that costs little itself: the same bytes over and over on a few connections kept open."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the status that its answer must have."""

    method: str
    path: str
    expected: int
    body: bytes = b""

    def wire(self, headers: Mapping[str, str]) -> bytes:
        every = {**headers, "Host": "127.0.0.1", "Content-Length": str(len(self.body))}
        if self.body:
            every["Content-Type"] = "application/json"
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {text}" for name, text in every.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


async def per_second(port: int, call: Call, headers: Mapping[str, str], *, connections: int, seconds: float) -> float:
    """How many of these are answered a second. Raises AssertionError for an answer that is not as expected."""
    until_s = time.perf_counter() + seconds
    began_s = time.perf_counter()
    wire = call.wire(headers)
    counts = await asyncio.gather(*(_ask(port, wire, call.expected, until_s) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - began_s)


async def _ask(port: int, wire: bytes, expected: int, until_s: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    try:
        while time.perf_counter() < until_s:
            writer.write(wire)
            await _answer(reader, expected)
            answered += 1
    finally:
        writer.close()
        await writer.wait_closed()
    return answered


async def _answer(reader: asyncio.StreamReader, expected: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(length)
    assert status == expected, (status, body)
