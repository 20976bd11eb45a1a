"""The production backend of each part: its settings, and how it is opened.

Imported only where needed: a service that consumes nothing loads no Kafka client.
"""

# ruff: noqa: PLC0415

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc.aio

from reelwright_chassis import rpc
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.serving.needs import Need
from reelwright_chassis.serving.settings import DirectorAddress
from reelwright_chassis.settings import Settings

if TYPE_CHECKING:
    from reelwright_chassis.blobs.s3 import S3Blobs
    from reelwright_chassis.blobs.s3_settings import S3Settings

_CONNECT_S = 5.0
_PROJECT_QUESTIONS = (
    "GetProject", "ListProjects", "GetTranscript", "GetPlan", "ListAssets", "GetHistory", "GetUsage", "GetRender",
)  # fmt: skip
_SAFE_CALLS = (
    "reelwright.rpc.v1.WorkService/Begin",
    "reelwright.rpc.v1.WorkService/Beat",
    *(f"reelwright.rpc.v1.ProjectService/{question}" for question in _PROJECT_QUESTIONS),
    "reelwright.rpc.v1.ApiKeyService/Identify",
    "reelwright.rpc.v1.ApiKeyService/ListKeys",
)
"""What changes nothing, or changes it once. A user's command is its sender's to repeat, with its idempotency key."""


@dataclass(frozen=True, slots=True)
class Backend:
    """`open` is called with the settings and a folder for temporary files, and raises `Unavailable` or `SettingsError`.

    What it returns has `close()`.
    """

    settings: type[Settings]
    open: Callable[[Any, Path], Awaitable[Any]]


def backend(need: Need) -> Backend:
    match need:
        case Need.BUS:
            from reelwright_chassis.bus.kafka import KafkaBus
            from reelwright_chassis.bus.kafka_settings import KafkaSettings

            return Backend(KafkaSettings, lambda settings, _: KafkaBus.open(settings))
        case Need.STORE:
            from reelwright_chassis.store.dynamo import DynamoStore
            from reelwright_chassis.store.dynamo_settings import DynamoSettings

            return Backend(DynamoSettings, lambda settings, _: DynamoStore.open(settings))
        case Need.BLOBS:
            from reelwright_chassis.blobs.s3_settings import S3Settings

            return Backend(S3Settings, _open_bucket)
        case Need.DIRECTOR:
            return Backend(DirectorAddress, _connect)


async def _open_bucket(settings: "S3Settings", scratch: Path) -> "S3Blobs":
    """Opening asks nothing of the server, so it is asked something: is there a bucket, and are these the keys to it?

    By a list, because the answer to a HEAD does not tell a missing bucket from a missing object.
    """
    from reelwright_chassis.blobs.s3 import S3Blobs

    blobs = await S3Blobs.open(settings, scratch=scratch)
    try:
        async for _ in blobs.list("ready/"):
            break
    except BaseException:
        blobs.close()
        raise
    return blobs


async def _connect(settings: DirectorAddress, _: Path) -> grpc.aio.Channel:
    """Once it has connected, a channel does so again by itself. Raises `Unavailable`."""
    channel = rpc.connect(settings.address, retry_safely=_SAFE_CALLS)
    try:
        async with asyncio.timeout(_CONNECT_S):
            await channel.channel_ready()
    except BaseException as error:
        await channel.close()
        if isinstance(error, TimeoutError):
            raise Unavailable(f"nobody answers at {settings.address}") from error
        raise
    return channel


@asynccontextmanager
async def opened(need: Need, settings: Mapping[Need, Settings], scratch: Path) -> AsyncIterator[Any]:
    """The part for as long as the block lasts. Raises `Unavailable`, `SettingsError`."""
    part = await backend(need).open(settings[need], scratch)
    try:
        yield part
    finally:
        closing = part.close()
        if inspect.isawaitable(closing):
            await closing
