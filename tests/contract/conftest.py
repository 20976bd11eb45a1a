"""The backends that the ports' contracts are held against. A new one has to be named here, and nowhere else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from kafka.support import eager_bus, settings_of
from parts import dynamodb, s3
from parts.shared import shared_part

from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_bucket import provision_bucket
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.dynamo import DynamoStore
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.port import Store
from reelwright_chassis.store.sqlite import SqliteStore

_PROVISIONED: set[str] = set()


@asynccontextmanager
async def sqlite_bus(factory: pytest.TempPathFactory) -> AsyncIterator[Bus]:
    bus = await SqliteBus.open(factory.mktemp("bus") / "bus.sqlite")
    yield bus
    await bus.close()


@asynccontextmanager
async def kafka_bus(factory: pytest.TempPathFactory) -> AsyncIterator[Bus]:
    """With topics of its own on the run's one broker."""
    async with eager_bus(settings_of(shared_part(factory, "kafka"))) as bus:
        yield bus


@asynccontextmanager
async def sqlite_store(factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    store = await SqliteStore.open(factory.mktemp("store") / "store.sqlite")
    yield store
    await store.close()


@asynccontextmanager
async def dynamodb_store(factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    """In the run's one server; all tests share its tables, as a backend's tests may."""
    environment = dynamodb.environment(shared_part(factory, "dynamodb"), prefix="contract.")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        store = await DynamoStore.open(DynamoSettings.load(create_tables=True))
        yield store
        await store.close()


@asynccontextmanager
async def folder_blobs(factory: pytest.TempPathFactory) -> AsyncIterator[Blobs]:
    blobs = FolderBlobs(factory.mktemp("blobs"))
    yield blobs
    blobs.close()


@asynccontextmanager
async def s3_blobs(factory: pytest.TempPathFactory) -> AsyncIterator[Blobs]:
    """With keys of its own in the run's one bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment(shared_part(factory, "s3"), bucket="contract").items():
            patch.setenv(name, value)
        settings = S3Settings.load(key_prefix=f"{new_id()}/")
        if not _PROVISIONED:
            await provision_bucket(settings)
            _PROVISIONED.add(settings.bucket)
        blobs = await S3Blobs.open(settings)
        yield blobs
        blobs.close()


BUSES: dict[str, Callable[[pytest.TempPathFactory], AbstractAsyncContextManager[Bus]]] = {
    "sqlite": sqlite_bus,
    "kafka": kafka_bus,
}
STORES: dict[str, Callable[[pytest.TempPathFactory], AbstractAsyncContextManager[Store]]] = {
    "sqlite": sqlite_store,
    "dynamodb": dynamodb_store,
}
BLOBS: dict[str, Callable[[pytest.TempPathFactory], AbstractAsyncContextManager[Blobs]]] = {
    "folder": folder_blobs,
    "s3": s3_blobs,
}


@pytest.fixture(params=BUSES)
async def bus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bus]:
    async with BUSES[request.param](tmp_path_factory) as opened:
        yield opened


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    async with STORES[request.param](tmp_path_factory) as opened:
        yield opened


@pytest.fixture(params=BLOBS)
async def blobs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Blobs]:
    async with BLOBS[request.param](tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def topic() -> str:
    """A topic that no other test knows: a backend may be shared. Backends give it several partitions."""
    return f"contract.{new_id()}"


@pytest.fixture
def group() -> str:
    return f"contract-{new_id()}"
