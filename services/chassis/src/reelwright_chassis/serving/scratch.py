"""A folder for one process's temporary files, and the end of those that killed processes left behind."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reelwright_chassis.errors import SettingsError

_LOCK = ".lock"


@contextmanager
def process_scratch(root: Path, instance: str) -> Iterator[Path]:
    """`root/instance`, empty, for as long as the block lasts. A lock beside it says that its process lives.

    The kernel lets go of the lock whatever ends the process, and the next one to start removes the folder: a container
    that is started again in its pod finds the disk of the one before. Raises `SettingsError`.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        for lock in root.glob(f"*{_LOCK}"):
            _remove_if_dead(lock)
        file = (root / f"{instance}{_LOCK}").open("w")
    except OSError as error:
        raise SettingsError(
            f"REELWRIGHT_SERVICE_SCRATCH={root} cannot be written to: {error.strerror}. Name another folder."
        ) from error
    with file:
        yield from _locked(file, root / instance)


def _locked(file: IO[str], folder: Path) -> Iterator[Path]:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SettingsError(
            f"REELWRIGHT_SERVICE_INSTANCE={folder.name} is the name of another process on this machine; each needs "
            "its own. Unset it to get one."
        ) from None
    folder.mkdir(exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(file.name).unlink(missing_ok=True)


def _remove_if_dead(lock: Path) -> None:
    try:
        file = lock.open("r")
    except FileNotFoundError:  # another one was quicker
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        lock.unlink(missing_ok=True)
