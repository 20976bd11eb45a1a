"""The way to what is operated: the director and the topics, of a cluster or of this machine's own home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc.aio

from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceStub
from reelwright.rpc.v1.ops_pb2_grpc import OpsServiceStub
from reelwright_chassis.bus.browser import Browser
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.rpc import connect
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops.settings import OpsSettings
from reelwright_standalone.settings import StandaloneSettings

if TYPE_CHECKING:  # the generated types know an asynchronous stub, the generated code has one stub for both
    from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceAsyncStub
    from reelwright.rpc.v1.ops_pb2_grpc import OpsServiceAsyncStub

_OPS = "reelwright.rpc.v1.OpsService"
_KEYS = "reelwright.rpc.v1.ApiKeyService"
# Commands carry an idempotency key, or change nothing when they come again.
_SAFE = tuple(
    f"{_OPS}/{method}"
    for method in (
        *("FindProjects", "ShowProject", "CountProjects", "ListBrakes", "Pause", "Resume", "RetryProject"),
        *("CancelProject",),
    )
) + tuple(f"{_KEYS}/{method}" for method in ("ListKeys", "RevokeKey", "CreateKey", "Identify"))


@dataclass(frozen=True, slots=True)
class Desk:
    """The director, as operators call it. `by` is who does."""

    ops: "OpsServiceAsyncStub"
    keys: "ApiKeyServiceAsyncStub"
    by: str

    @classmethod
    def at(cls, channel: grpc.aio.Channel, settings: OpsSettings) -> "Desk":
        return cls(OpsServiceStub(channel), ApiKeyServiceStub(channel), settings.by)


@dataclass(frozen=True, slots=True)
class Post:
    """The topics: to look at, and to publish to."""

    bus: Bus
    browser: Browser
    by: str


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    """Raises `InputError` where there is nothing to operate, `SettingsError`, `StateInUse`."""
    settings = OpsSettings.load()
    if settings.director_address:
        async with connect(settings.director_address, retry_safely=_SAFE) as channel:
            yield Desk.at(channel, settings)
        return
    home = _home(settings, "REELWRIGHT_DIRECTOR_ADDRESS")
    from reelwright_standalone.books import open_director  # noqa: PLC0415  # a cluster's operator needs no director

    async with open_director(home) as runtime:
        yield Desk.at(runtime.parts.director, settings)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Raises as `open_desk` does, and `Unavailable`."""
    settings = OpsSettings.load()
    if settings.bootstrap_servers:
        from reelwright_chassis.bus.kafka_browser import browsing  # noqa: PLC0415
        from reelwright_chassis.bus.kafka_settings import KafkaSettings  # noqa: PLC0415

        async with browsing(KafkaSettings.load()) as browser:
            yield browser
        return
    async with _own_post(settings) as post:
        yield post.browser


@asynccontextmanager
async def open_post() -> AsyncIterator[Post]:
    """Raises as `open_desk` does, and `Unavailable`."""
    settings = OpsSettings.load()
    if not settings.bootstrap_servers:
        async with _own_post(settings) as post:
            yield post
        return
    from reelwright_chassis.bus.kafka import KafkaBus  # noqa: PLC0415
    from reelwright_chassis.bus.kafka_browser import browsing  # noqa: PLC0415
    from reelwright_chassis.bus.kafka_settings import KafkaSettings  # noqa: PLC0415

    kafka = KafkaSettings.load()
    async with browsing(kafka) as browser:
        bus = await KafkaBus.open(kafka)
        try:
            yield Post(bus, browser, settings.by)
        finally:
            await bus.close()


@asynccontextmanager
async def _own_post(settings: OpsSettings) -> AsyncIterator[Post]:
    from reelwright_chassis.home import open_home  # noqa: PLC0415

    async with open_home(_home(settings, "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS").home) as home:
        yield Post(home.bus, home.bus.browser(), settings.by)


def _home(settings: OpsSettings, variable: str) -> StandaloneSettings:
    """This machine's own. Raises `InputError` where half of a cluster is named, or nothing was ever made here."""
    if not settings.embedded:
        raise InputError(f"{variable} is not set, and other parts of a cluster are: set it too.")
    home = StandaloneSettings.load()
    if not (home.home / "store.sqlite").exists():
        raise InputError(
            f"No cluster is named here ({variable} is not set), and nothing was made on this machine yet "
            f"(there is no state in {str(home.home)!r}). Set {variable}, or make a video first."
        )
    return home
