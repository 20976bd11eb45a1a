"""The state folder of an embedded Reelwright: one process at a time, held by a lock."""

import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.errors import StateInUse
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.topics import topics


@dataclass(frozen=True, slots=True)
class Home:
    """The embedded backends of one state folder, open."""

    path: Path
    bus: SqliteBus
    store: SqliteStore
    blobs: FolderBlobs
    scratch: Path
    """Temporary files; emptied when the home is opened, for what lies there is of a killed process."""


@asynccontextmanager
async def open_home(path: Path) -> AsyncIterator[Home]:
    """Lock the folder and open what is in it, creating what is missing.

    Raises `StateInUse`, `StateTooNew`, `StateUnreadable`, `Unavailable`.
    """
    with lock_home(path):
        blobs = FolderBlobs(path / "blobs")
        blobs.remove_leftovers()
        scratch = path / "scratch"
        _empty(scratch)
        store = await SqliteStore.open(path / "store.sqlite")
        try:
            bus = await SqliteBus.open(
                path / "bus.sqlite", partitions=topics().embedded_partitions, retention_s=topics().retention_s
            )
        except BaseException:
            await store.close()
            raise
        try:
            yield Home(path=path, bus=bus, store=store, blobs=blobs, scratch=scratch)
        finally:
            await bus.close()
            await store.close()
            blobs.close()


@contextmanager
def lock_home(path: Path) -> Iterator[None]:
    """Hold the folder for this process. The kernel lets go of it whatever ends the process. Raises `StateInUse`."""
    path.mkdir(parents=True, exist_ok=True)
    with (path / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(_who_has(path, file)) from None
        _sign(file)
        yield


def _sign(file: IO[str]) -> None:
    file.truncate(0)
    json.dump({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}, file)
    file.flush()


def _who_has(path: Path, file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
        who = f"process {holder['pid']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):  # the holder is just signing
        who = "another process"
    return f"{path} is in use by {who}: wait for it, stop it, or set REELWRIGHT_HOME to another folder"


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
