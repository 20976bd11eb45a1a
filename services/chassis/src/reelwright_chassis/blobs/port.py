"""The port to stored objects: audio, clips, pictures, segments, videos."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reelwright.events.v1.media_pb2 import BlobRef


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What is known of a stored object without reading it."""

    key: str
    size_bytes: int
    modified_at: datetime


class Blobs(Protocol):
    """Immutable-once-written objects by key.

    Keys are relative, "/"-separated, and made by us (`audio-projects/{project_id}/...`), never from a user's file name.
    A write is atomic: readers see the whole old object, the whole new one, or none, whatever is killed meanwhile.
    Every method raises `Unavailable` when the backend cannot be reached and `ValueError` for a malformed key.
    """

    async def put_file(self, key: str, path: Path, *, content_type: str) -> BlobRef:
        """Store the file's bytes; returns the reference with their SHA-256 and size."""

    async def put_bytes(self, key: str, data: bytes, *, content_type: str) -> BlobRef:
        """Store small data (up to a few MB)."""

    async def copy(self, source: str, target: str) -> None:
        """Store the object `source` under the key `target` as well. Raises `NotFound`."""

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the object to `path` (atomically). Raises `NotFound`."""

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        """The object's bytes, or a range of them. Raises `NotFound`."""

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The object as a readable local file while the context lasts: itself where it is one, else a temporary copy.

        Raises `NotFound`. The file must not be written to.
        """

    async def stat(self, key: str) -> BlobInfo | None:
        """None when it does not exist."""

    def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        """All objects whose key starts with `prefix`, in key order."""

    async def delete(self, key: str) -> None:
        """Remove it; no error when it is not there."""

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all objects under `prefix` (which must end in "/"); returns how many there were."""
