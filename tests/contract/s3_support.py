"""Buckets for the tests of what only S3 does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from parts.s3 import S3

from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_bucket import provision_bucket
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.ids import new_id

MIB = 1 << 20


def settings_at(address: dict[str, str], **given: object) -> S3Settings:
    """With a bucket of its own, that nobody has created yet, unless it is `given`."""
    known: dict[str, object] = {
        "bucket": f"test-{new_id().lower()}",
        "endpoint_url": address["endpoint_url"],
        "region": address["region"],
        "access_key_id": address["access_key_id"],
        "secret_access_key": address["secret_access_key"],
        "part_bytes": 5 * MIB,
        "attempts": 2,
        "connect_timeout_s": 2.0,
        "read_timeout_s": 10.0,
    }
    return S3Settings.load(**{**known, **given})


@asynccontextmanager
async def open_blobs(settings: S3Settings) -> AsyncIterator[S3Blobs]:
    """Their bucket made."""
    await provision_bucket(settings)
    blobs = await S3Blobs.open(settings)
    try:
        yield blobs
    finally:
        blobs.close()


def sent_by(blobs: S3Blobs) -> list[AWSPreparedRequest]:
    """Every request that leaves from now on, as it goes over the wire."""
    sent: list[AWSPreparedRequest] = []
    on(blobs, "before-send.s3", lambda request, **_: sent.append(request))
    return sent


def answer_with(blobs: S3Blobs, answer: Callable[[AWSPreparedRequest], AWSResponse | None]) -> None:
    """Answer in the server's place, where `answer` does."""
    on(blobs, "before-send.s3", lambda request, **_: answer(request))


def kill_at(blobs: S3Blobs, server: S3, operation: str, *, call: int) -> None:
    """kill -9 the server right after it has answered `operation` for the `call`th time."""
    seen = []

    def count(**_: object) -> None:
        seen.append(operation)
        if len(seen) == call:
            server.kill9()

    on(blobs, f"after-call.s3.{operation}", count)


def on(blobs: S3Blobs, event: str, react: Any) -> None:
    """botocore's own events, on the thread that makes the call."""
    blobs._connection.client.meta.events.register(event, react)
