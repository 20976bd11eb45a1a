"""A connection to one bucket: boto3's client, and the bounded threads that its blocking calls run in."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeVar

import boto3
from botocore.config import Config

from reelwright_chassis.blobs.s3_errors import translated
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

T = TypeVar("T")


class S3Connection:
    """What `S3Blobs` and `S3Presigner` share. `client` may be used from any thread."""

    def __init__(self, settings: S3Settings, client: "S3Client", signing: "S3Client") -> None:
        self.settings = settings
        self.client = client
        self.signing = signing
        """Only signs: its addresses are those that browsers reach."""
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="s3")
        self._bucket_seen = False

    @classmethod
    async def open(cls, settings: S3Settings) -> Self:
        """Asks nothing of the server yet. Raises `Unavailable` when boto3 cannot be set up with these settings."""
        return await asyncio.to_thread(cls._open, settings)

    @classmethod
    def _open(cls, settings: S3Settings) -> Self:
        with translated(settings.bucket):
            try:
                return cls(settings, *make_clients(settings))
            except ValueError as error:  # a malformed address
                raise Unavailable(f"S3: {error}. Correct REELWRIGHT_S3_ENDPOINT_URL") from error

    def close(self) -> None:
        """Ends the threads and connections; idempotent."""
        self._threads.shutdown(wait=False)
        self.client.close()
        self.signing.close()

    def full(self, key: str) -> str:
        """The key as it stands in the bucket."""
        return self.settings.key_prefix + key

    def at(self, key: str) -> dict[str, Any]:
        """Where an object is, as boto3's calls name it."""
        return {"Bucket": self.settings.bucket, "Key": self.full(key)}

    async def run(self, work: Callable[[], T], key: str = "") -> T:
        """Run blocking work on a thread. Raises `NotFound(key)`, `Unavailable`, `FileNotFoundError`."""
        try:
            future = asyncio.get_running_loop().run_in_executor(self._threads, self._guarded, work, key)
        except RuntimeError as error:  # the executor was shut down
            raise Unavailable("the blobs are closed") from error
        return await future

    def _guarded(self, work: Callable[[], T], key: str) -> T:
        try:
            with translated(self.settings.bucket, key):
                done = work()
        except NotFound:
            self._see_bucket()
            raise
        except FileNotFoundError:
            raise  # the caller's own file
        except OSError as error:
            raise Unavailable(f"blobs: {error.strerror}") from error  # a full disk
        self._bucket_seen = True
        return done

    def _see_bucket(self) -> None:
        """A HEAD's 404 does not say what is missing; a missing bucket must not look like a missing object."""
        if self._bucket_seen:
            return
        try:
            with translated(self.settings.bucket):
                self.client.head_bucket(Bucket=self.settings.bucket)
        except NotFound:
            raise Unavailable(
                f"S3: there is no bucket {self.settings.bucket}. `reelwright provision` creates it"
            ) from None
        self._bucket_seen = True


def make_client(settings: S3Settings) -> "S3Client":
    """boto3's client. Raises `ValueError` for a malformed address, and botocore's errors."""
    return make_clients(settings)[0]


def make_clients(settings: S3Settings) -> tuple["S3Client", "S3Client"]:
    """The one that does the work, and one that only signs, for the address that browsers reach."""
    session = boto3.session.Session()
    public = settings.public_endpoint_url or settings.endpoint_url
    return (
        _client(session, settings, settings.endpoint_url, _config(settings)),
        _client(session, settings, public, _config(settings, for_browsers=True)),
    )


def _client(session: boto3.session.Session, settings: S3Settings, url: str | None, config: Config) -> "S3Client":
    secret = settings.secret_access_key
    return session.client(
        "s3",
        region_name=settings.region or ("us-east-1" if settings.endpoint_url else None),
        endpoint_url=url,
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
        config=config,
    )


def _config(settings: S3Settings, *, for_browsers: bool = False) -> Config:
    path_style = bool(settings.endpoint_url) if settings.path_style is None else settings.path_style
    # A browser computes no checksum; a server that knows none must not be asked for one.
    unchecked = for_browsers or settings.checksum == "none"
    return Config(
        signature_version="s3v4",
        s3={
            "addressing_style": "path" if path_style else "virtual",
            "use_accelerate_endpoint": settings.transfer_acceleration and for_browsers,
        },
        retries={"mode": "standard", "total_max_attempts": settings.attempts},
        connect_timeout=settings.connect_timeout_s,
        read_timeout=settings.read_timeout_s,
        max_pool_connections=2 * settings.threads,
        request_checksum_calculation="when_required" if unchecked else "when_supported",
        response_checksum_validation="when_required",  # whole objects are held to their SHA-256 here
    )
