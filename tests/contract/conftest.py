"""The backends that the ports' contracts are held against. A new one has to be named here, and nowhere else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.port import Store
from reelwright_chassis.store.sqlite import SqliteStore


@asynccontextmanager
async def sqlite_bus(folder: Path) -> AsyncIterator[Bus]:
    bus = await SqliteBus.open(folder / "bus.sqlite")
    yield bus
    await bus.close()


@asynccontextmanager
async def sqlite_store(folder: Path) -> AsyncIterator[Store]:
    store = await SqliteStore.open(folder / "store.sqlite")
    yield store
    await store.close()


@asynccontextmanager
async def folder_blobs(folder: Path) -> AsyncIterator[Blobs]:
    blobs = FolderBlobs(folder / "blobs")
    yield blobs
    blobs.close()


BUSES: dict[str, Callable[[Path], AbstractAsyncContextManager[Bus]]] = {"sqlite": sqlite_bus}
STORES: dict[str, Callable[[Path], AbstractAsyncContextManager[Store]]] = {"sqlite": sqlite_store}
BLOBS: dict[str, Callable[[Path], AbstractAsyncContextManager[Blobs]]] = {"folder": folder_blobs}


@pytest.fixture(params=BUSES)
async def bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bus]:
    async with BUSES[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with STORES[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture(params=BLOBS)
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    async with BLOBS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def topic() -> str:
    """A topic that no other test knows: a backend may be shared. Backends give it several partitions."""
    return f"contract.{new_id()}"


@pytest.fixture
def group() -> str:
    return f"contract-{new_id()}"
