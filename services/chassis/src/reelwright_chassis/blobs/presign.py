"""The port to addresses that carry their own permission: for browsers, players and uploads past this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reelwright.events.v1.media_pb2 import BlobRef


@dataclass(frozen=True, slots=True)
class SignedUrl:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """One that has begun: its parts 1 to `parts` are `part_size_bytes` long each, only the last one may be shorter."""

    key: str
    upload_id: str
    part_size_bytes: int
    parts: int


@dataclass(frozen=True, slots=True)
class UploadedPart:
    """A part that has arrived. `etag` is what the server answered its PUT with."""

    number: int
    etag: str
    size_bytes: int = 0


class Presigner(Protocol):
    """Signed addresses, and uploads whose parts go straight to the storage, in any order, and again after a failure.

    Signing asks nobody: a link to what does not exist is signed too. The other methods raise `Unavailable`, and
    `NotFound` for an upload that is unknown, aborted, or was given up for its age. All raise `ValueError` for a
    malformed key.
    """

    async def url(
        self, key: str, expires_s: int | None = None, *, filename: str | None = None, content_type: str | None = None
    ) -> SignedUrl:
        """For GET, with ranges. With a file name it is saved under that, not shown. None: as the settings say."""

    async def begin_upload(self, key: str, *, content_type: str, size_bytes: int) -> Upload:
        """Nothing is to be seen under the key until the upload is completed. Raises `ValueError` for a size below 1."""

    async def part_url(
        self, key: str, upload_id: str, number: int, expires_s: int | None = None, *, size_bytes: int | None = None
    ) -> SignedUrl:
        """For a PUT of part `number` (from 1); with a size, of exactly so many bytes."""

    async def uploaded_parts(self, key: str, upload_id: str) -> Sequence[UploadedPart]:
        """Those that have arrived, by number: what is missing can be sent after an interruption."""

    async def complete_upload(self, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> BlobRef:
        """Make them one object, and read it once for its SHA-256. Idempotent.

        Raises `ValueError` when these are not the parts that have arrived.
        """

    async def abort_upload(self, key: str, upload_id: str) -> None:
        """Forget it and its parts; no error when it is unknown."""
