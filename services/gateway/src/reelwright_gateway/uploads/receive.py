"""Takes bytes in: to a temporary file in pieces, sniffed and hashed on the way, never longer than they may be."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fastapi import Request
from starlette.requests import ClientDisconnect

from reelwright_chassis import metrics
from reelwright_gateway.problems import Problem
from reelwright_gateway.uploads.sniff import SNIFFED_BYTES, audio_type

_PIECE_BYTES = 1 << 20
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken: `kind` tells the media type by the first bytes, None for what is refused with `refusal`."""

    what: str
    kind: Callable[[bytes], str | None]
    refusal: str
    max_bytes: int

    def too_large(self) -> Problem:
        most = f"{self.max_bytes // _MB} MB" if self.max_bytes >= _MB else f"{self.max_bytes} bytes"
        return Problem("body_too_large", f"{self.what} has at most {most} here.")


def recording(max_bytes: int) -> Taken:
    return Taken("A recording", audio_type, "audio_type_unsupported", max_bytes)


@dataclass(frozen=True, slots=True)
class Received:
    """A whole upload in a temporary file."""

    path: Path
    sha256: str
    size_bytes: int
    content_type: str


@asynccontextmanager
async def received(request: Request, folder: Path, taken: Taken, *, idle_s: float) -> AsyncIterator[Received]:
    """The request's body as a file while the block lasts.

    Raises `Problem`: body_too_large, upload_empty, upload_stalled, and what `taken` refuses with.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > taken.max_bytes:
        raise taken.too_large()
    async with spooled(_chunks(request, idle_s), folder, taken) as whole:
        yield whole


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], folder: Path, taken: Taken) -> AsyncIterator[Received]:
    """Bytes from anywhere as a file while the block lasts. Raises as `received` does."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-") as file:
        taking = _Taking(file, taken)
        async for chunk in chunks:
            await taking.add(chunk)
        yield await taking.end()


class _Taking:
    def __init__(self, file: IO[bytes], taken: Taken) -> None:
        self._file = file
        self._taken = taken
        self._waiting = bytearray()
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._type = ""

    async def add(self, chunk: bytes) -> None:
        self._waiting += chunk
        if self._size_bytes + len(self._waiting) > self._taken.max_bytes:
            raise self._taken.too_large()
        if len(self._waiting) >= SNIFFED_BYTES:
            self._sniff()
        if len(self._waiting) >= _PIECE_BYTES:
            await self._flush()

    async def end(self) -> Received:
        if not self._size_bytes and not self._waiting:
            raise Problem("upload_empty")
        self._sniff()
        await self._flush()
        metrics.UPLOADED.inc(self._size_bytes)
        return Received(Path(self._file.name), self._hash.hexdigest(), self._size_bytes, self._type)

    def _sniff(self) -> None:
        """At the first bytes: what is not taken is refused before the rest of it comes."""
        if not self._type:
            self._type = self._taken.kind(bytes(self._waiting[:SNIFFED_BYTES])) or ""
        if not self._type:
            raise Problem(self._taken.refusal)

    async def _flush(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        self._size_bytes += len(piece)
        await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._file.write(piece)
        self._file.flush()


async def _chunks(request: Request, idle_s: float) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), idle_s)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Problem("upload_stalled") from None
        except ClientDisconnect:
            raise Problem("upload_stalled", "The client went away.") from None
        if chunk:
            yield chunk
