"""Blobs in a folder: one file per object, written whole or not at all."""

import asyncio
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.keys import check_folder, check_key, check_prefix
from reelwright_chassis.blobs.port import BlobInfo
from reelwright_chassis.errors import NotFound, Unavailable

T = TypeVar("T")

_CHUNK_BYTES = 1 << 20
_THREADS = 4


class FolderBlobs:
    """Implements `Blobs`. A write goes to a temporary file, to the disk, and then to its name."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"  # no key has a segment that begins with a dot
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")

    def remove_leftovers(self) -> None:
        """Remove what killed writers left. Only for the one process that holds the folder, before it writes."""
        for path in self._incoming.iterdir():
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the threads; idempotent."""
        self._threads.shutdown(wait=False)

    async def put_file(self, key: str, path: Path, *, content_type: str) -> BlobRef:
        def put() -> BlobRef:
            with path.open("rb") as source:
                return self._put(key, source, content_type)

        check_key(key)
        return await self._run(put)

    async def put_bytes(self, key: str, data: bytes, *, content_type: str) -> BlobRef:
        check_key(key)
        return await self._run(lambda: self._put(key, io.BytesIO(data), content_type))

    async def copy(self, source: str, target: str) -> None:
        def copied() -> None:
            with _open(source, path) as reader:
                self._put(target, reader, "")

        path = self._path(source)
        check_key(target)
        await self._run(copied)

    async def fetch(self, key: str, path: Path) -> None:
        source = self._path(key)
        await self._run(lambda: _copy(key, source, path))

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        path = self._path(key)
        return await self._run(lambda: _read(key, path, start, length))

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        if await self.stat(key) is None:
            raise NotFound(key)
        yield self._path(key)

    async def stat(self, key: str) -> BlobInfo | None:
        path = self._path(key)
        return await self._run(lambda: _info(key, path))

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        check_prefix(prefix)
        for info in await self._run(lambda: self._list(prefix)):
            yield info

    async def delete(self, key: str) -> None:
        path = self._path(key)
        await self._run(lambda: self._delete(path))

    async def delete_prefix(self, prefix: str) -> int:
        check_folder(prefix)
        return await self._run(lambda: self._delete_all(prefix))

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        except RuntimeError as error:  # the executor was shut down
            raise Unavailable("the blobs are closed") from error
        try:
            return await future
        except FileNotFoundError:
            raise  # the caller's own file: ours are made, or are NotFound
        except OSError as error:
            raise Unavailable(f"blobs: {error.strerror}") from error

    def _put(self, key: str, source: BinaryIO, content_type: str) -> BlobRef:
        digest, size = hashlib.sha256(), 0
        with self._temporary() as (temporary, file):
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            self._move(temporary, self._root / key)
        return BlobRef(key=key, sha256=digest.hexdigest(), size_bytes=size, content_type=content_type)

    @contextmanager
    def _temporary(self) -> Iterator[tuple[Path, BinaryIO]]:
        handle, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                yield Path(name), file
        finally:
            Path(name).unlink(missing_ok=True)

    def _move(self, temporary: Path, target: Path) -> None:
        while True:
            self._make_folder(target.parent)
            try:
                temporary.replace(target)
            except FileNotFoundError:  # a delete took the empty folder away in between
                continue
            except IsADirectoryError as error:
                raise ValueError("a blob key may not be the folder of other blobs' keys") from error
            _sync_folder(target.parent)
            return

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        try:
            folder.mkdir(exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise ValueError("a blob key may not lie under another blob's key") from error
        except FileNotFoundError:
            self._make_folder(folder)
        else:
            _sync_folder(folder.parent)

    def _list(self, prefix: str) -> Sequence[BlobInfo]:
        folder = self._root / prefix.rpartition("/")[0]
        found = []
        for parent, _, names in os.walk(folder):
            if parent == str(self._incoming):
                continue
            keys = (Path(parent, name).relative_to(self._root).as_posix() for name in names)
            found += [info for key in keys if key.startswith(prefix) and (info := _info(key, self._root / key))]
        return sorted(found, key=lambda info: info.key)

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except (NotADirectoryError, IsADirectoryError, PermissionError):
            if path.is_file():
                raise
            return
        self._prune(path.parent)

    def _delete_all(self, prefix: str) -> int:
        found = self._list(prefix)
        for info in found:
            self._delete(self._root / info.key)
        return len(found)

    def _prune(self, folder: Path) -> None:
        """Remove folders that became empty, upwards."""
        while folder != self._root:
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # another delete was quicker
            except OSError:
                return  # not empty
            folder = folder.parent


def _info(key: str, path: Path) -> BlobInfo | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if path.is_dir():
        return None
    return BlobInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _read(key: str, path: Path, start: int, length: int | None) -> bytes:
    with _open(key, path) as file:
        file.seek(start)
        return file.read(-1 if length is None else length)


def _copy(key: str, source: Path, target: Path) -> None:
    partial = target.with_name(f".{target.name}.partial")
    with _open(key, source) as reader:
        try:
            with partial.open("wb") as writer:
                shutil.copyfileobj(reader, writer, _CHUNK_BYTES)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _open(key: str, path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound(key) from None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
