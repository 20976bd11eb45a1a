"""Files and bytes on their way to S3 and back, held to their SHA-256. Blocking: for the threads of `S3Connection`."""

import base64
import hashlib
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from s3transfer.futures import TransferFuture
from s3transfer.manager import TransferConfig, TransferManager

from reelwright_chassis.blobs.s3_client import S3Connection
from reelwright_chassis.blobs.s3_errors import code_of
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
SHA256 = "sha256"
"""The object's metadata that holds its digest, in hex."""
_DOWNLOADS = 3


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Digest:
    """What is known of bytes before they are sent."""

    size_bytes: int
    sha256: bytes
    crc32: bytes


def digest_of(source: Readable) -> Digest:
    """Reads to the end, a chunk at a time."""
    sha256, crc32, size_bytes = hashlib.sha256(), 0, 0
    while chunk := source.read(CHUNK_BYTES):
        sha256.update(chunk)
        crc32 = zlib.crc32(chunk, crc32)
        size_bytes += len(chunk)
    return Digest(size_bytes, sha256.digest(), crc32.to_bytes(4, "big"))


def upload_headers(settings: S3Settings, key: str, content_type: str) -> dict[str, Any]:
    """What every upload says of its object, whoever sends its bytes."""
    headers: dict[str, Any] = {"ContentType": content_type}
    if cached := settings.cache_control_of(key):
        headers["CacheControl"] = cached
    return {**headers, **encryption_headers(settings)}


def encryption_headers(settings: S3Settings) -> dict[str, Any]:
    """What every new object is encrypted with, whoever sends its bytes."""
    headers: dict[str, Any] = {}
    if settings.encryption != "none":
        headers["ServerSideEncryption"] = settings.encryption
    if settings.kms_key_id:
        headers["SSEKMSKeyId"] = settings.kms_key_id
    return headers


class Transfers:
    """Uploads and downloads of one connection. Whole objects are never held in memory."""

    def __init__(self, connection: S3Connection) -> None:
        self._connection = connection
        self._settings = connection.settings
        config = TransferConfig(
            multipart_threshold=self._settings.part_bytes,
            multipart_chunksize=self._settings.part_bytes,
            max_request_concurrency=self._settings.threads,
            max_submission_concurrency=2,
            # What waits in memory to be sent: a few parts, however many files go at once.
            max_in_memory_upload_chunks=4,
        )
        self._manager = TransferManager(connection.client, config)

    def close(self) -> None:
        self._manager.shutdown(cancel=True)

    def is_small(self, digest: Digest) -> bool:
        """Whether it goes in one call."""
        return digest.size_bytes < self._settings.part_bytes

    def put(self, key: str, body: BinaryIO | bytes, digest: Digest, content_type: str) -> None:
        """In one call, which the server checks against the digest."""
        headers = self._headers(key, digest, content_type)
        if self._settings.checksum != "none":
            headers["ChecksumSHA256"] = base64.b64encode(digest.sha256).decode()
        self._connection.client.put_object(**self._connection.at(key), Body=body, **headers)

    def start_upload(self, key: str, path: Path, digest: Digest, content_type: str) -> TransferFuture:
        """In parts, side by side; they become an object together, or are aborted together."""
        headers = self._headers(key, digest, content_type)
        if self._settings.checksum == "crc32":
            headers["ChecksumCRC32"] = base64.b64encode(digest.crc32).decode()
        elif self._settings.checksum == "sha256":
            headers["ChecksumAlgorithm"] = "SHA256"
        return self._manager.upload(str(path), self._settings.bucket, self._connection.full(key), headers)

    def _headers(self, key: str, digest: Digest, content_type: str) -> dict[str, Any]:
        return {**upload_headers(self._settings, key, content_type), "Metadata": {SHA256: digest.sha256.hex()}}

    def download(self, key: str, target: Path) -> None:
        """Write the whole object to `target`; whole or with an error."""

        def receive() -> None:
            answer, sha256 = self._get(key), hashlib.sha256()
            with target.open("wb") as file:
                for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                    sha256.update(chunk)
                    file.write(chunk)
            _check(key, answer, sha256.hexdigest())

        _whole(receive)

    def read(self, key: str) -> bytes:
        def receive() -> bytes:
            answer = self._get(key)
            data = answer["Body"].read()
            _check(key, answer, hashlib.sha256(data).hexdigest())
            return data

        return _whole(receive)

    def read_range(self, key: str, start: int, length: int | None) -> bytes:
        """As far as the object goes; `length` is not 0."""
        end = "" if length is None else start + length - 1

        def receive() -> bytes:
            return self._get(key, Range=f"bytes={start}-{end}")["Body"].read()

        try:
            return _whole(receive)
        except ClientError as error:
            if code_of(error) in ("InvalidRange", "416"):
                return b""  # it begins behind the end, as a file's would
            raise

    def digest(self, key: str) -> Digest:
        """Of an object that somebody else has uploaded, read once through."""
        return _whole(lambda: digest_of(self._get(key)["Body"]))

    def _get(self, key: str, **more: Any) -> "GetObjectOutputTypeDef":
        return self._connection.client.get_object(**self._connection.at(key), **more)


class _Damaged(Unavailable):
    """What arrived is not what was stored."""


def _whole(receive: Callable[[], T]) -> T:
    """A body that broke off, or came damaged, is asked for again; botocore retries only up to the first byte of it."""
    for _ in range(_DOWNLOADS - 1):
        with suppress(HTTPClientError, IncompleteReadError, _Damaged):
            return receive()
    return receive()


def _check(key: str, answer: "GetObjectOutputTypeDef", sha256: str) -> None:
    """Raises `Unavailable` unless the bytes are those that were stored. What a browser uploaded has no digest."""
    if answer["Metadata"].get(SHA256, sha256) != sha256:
        raise _Damaged(f"S3: {key} arrived with another SHA-256 than it was stored with")
