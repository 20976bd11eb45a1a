"""Blobs in a bucket of S3, or of anything that speaks like it."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis import metrics
from reelwright_chassis.blobs.keys import check_folder, check_key, check_prefix
from reelwright_chassis.blobs.port import BlobInfo
from reelwright_chassis.blobs.s3_client import S3Connection
from reelwright_chassis.blobs.s3_presign import S3Presigner
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.blobs.s3_transfer import Digest, Transfers, digest_of, encryption_headers
from reelwright_chassis.errors import NotFound, Unavailable
from reelwright_chassis.timing import timed
from reelwright_chassis.tracing import Kind, span

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

T = TypeVar("T")


class S3Blobs:
    """Implements `Blobs`. An object's SHA-256 is kept in its metadata, and what is read whole is held to it.

    In a versioned bucket a deleted object stays as a version that is no longer current, until the bucket's lifecycle
    removes it (`s3_bucket`).
    """

    def __init__(self, connection: S3Connection, scratch: Path | None = None) -> None:
        self._connection = connection
        self._settings = connection.settings
        self._scratch = scratch
        self._transfers = Transfers(connection)
        self.presigner = S3Presigner(connection, self._transfers)
        """Signed addresses for whoever may not hold credentials."""

    @classmethod
    async def open(cls, settings: S3Settings, *, scratch: Path | None = None) -> Self:
        """Asks nothing of the server yet. `scratch` is where `local` keeps its copies. Raises `Unavailable`."""
        return cls(await S3Connection.open(settings), scratch)

    def close(self) -> None:
        """Ends the threads and connections; idempotent."""
        self._transfers.close()
        self._connection.close()

    async def put_file(self, key: str, path: Path, *, content_type: str) -> BlobRef:
        def start() -> tuple[Digest, Callable[[], object], Callable[[], object]]:
            with path.open("rb") as source:
                digest = digest_of(source)
                if self._transfers.is_small(digest):
                    source.seek(0)
                    self._transfers.put(key, source, digest, content_type)
                    return digest, bool, bool
            upload = self._transfers.start_upload(key, path, digest, content_type)
            return digest, upload.result, upload.cancel

        check_key(key)
        digest, result, cancel = await self._run("put", start, key)
        try:
            await self._run("put", result, key)
        except asyncio.CancelledError:
            cancel()
            raise
        return _ref(key, digest, content_type)

    async def put_bytes(self, key: str, data: bytes, *, content_type: str) -> BlobRef:
        check_key(key)
        digest = digest_of(io.BytesIO(data))
        await self._run("put", lambda: self._transfers.put(key, data, digest, content_type), key)
        return _ref(key, digest, content_type)

    async def copy(self, source: str, target: str) -> None:
        """By the server itself; metadata and media type come along."""

        def copied() -> None:
            self._connection.client.copy_object(
                **self._connection.at(target),
                CopySource={"Bucket": self._settings.bucket, "Key": self._connection.full(source)},
                **encryption_headers(self._settings),
            )

        check_key(source)
        check_key(target)
        await self._run("copy", copied, source)

    async def fetch(self, key: str, path: Path) -> None:
        unfinished = path.with_name(f".{path.name}.partial")

        def fetch() -> None:
            try:
                self._transfers.download(key, unfinished)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)

        check_key(key)
        await self._run("get", fetch, key)

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        check_key(key)
        if length == 0:
            if await self.stat(key) is None:
                raise NotFound(key)
            return b""
        if start == 0 and length is None:
            return await self._run("get", lambda: self._transfers.read(key), key)
        return await self._run("get", lambda: self._transfers.read_range(key, start, length), key)

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        check_key(key)
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="blob-", dir=self._scratch)
        try:
            path = Path(folder.name, key.rpartition("/")[2])
            await self.fetch(key, path)
            yield path
        finally:
            folder.cleanup()

    async def stat(self, key: str) -> BlobInfo | None:
        def head() -> BlobInfo:
            found = self._connection.client.head_object(**self._connection.at(key))
            return BlobInfo(key, found["ContentLength"], found["LastModified"])

        check_key(key)
        try:
            return await self._run("stat", head, key)
        except NotFound:
            return None

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        check_prefix(prefix)
        token: str | None = ""
        while token is not None:
            page = await self._page(prefix, token)
            for found in page.get("Contents", []):
                key = found["Key"].removeprefix(self._settings.key_prefix)
                yield BlobInfo(key, found["Size"], found["LastModified"])
            token = page.get("NextContinuationToken")

    async def delete(self, key: str) -> None:
        at = self._connection.at(check_key(key))
        await self._run("delete", lambda: self._connection.client.delete_object(**at))

    async def delete_prefix(self, prefix: str) -> int:
        check_folder(prefix)
        token, deleted = "", 0
        while True:
            page = await self._page(prefix, token)
            keys = [found["Key"] for found in page.get("Contents", [])]
            await self._run("delete", partial(self._delete, keys))
            deleted += len(keys)
            if (token := page.get("NextContinuationToken", "")) == "":
                return deleted

    async def _page(self, prefix: str, token: str) -> "ListObjectsV2OutputTypeDef":
        """Up to 1000 objects, in key order: the prefix's own, from where `token` says."""
        where: dict[str, Any] = {"Bucket": self._settings.bucket, "Prefix": self._connection.full(prefix)}
        if token:
            where["ContinuationToken"] = token
        return await self._run("list", lambda: self._connection.client.list_objects_v2(**where))

    def _delete(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        answer = self._connection.client.delete_objects(
            Bucket=self._settings.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
        )
        if errors := answer.get("Errors"):
            raise Unavailable(f"S3: {len(errors)} of {len(keys)} objects were not deleted ({errors[0].get('Code')})")

    async def _run(self, operation: str, work: Callable[[], T], key: str = "") -> T:
        with span(f"s3 {operation}", Kind.CLIENT), timed(metrics.BLOBS_SECONDS.labels(operation=operation)):
            return await self._connection.run(work, key)


def _ref(key: str, digest: Digest, content_type: str) -> BlobRef:
    return BlobRef(key=key, sha256=digest.sha256.hex(), size_bytes=digest.size_bytes, content_type=content_type)
