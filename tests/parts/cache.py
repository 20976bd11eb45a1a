"""Where the real parts are kept once they were fetched or built: a folder of the user's cache, by name and version."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "reelwright" / "parts"


def is_cached(name: str) -> bool:
    return (cache_root() / name / ".complete").exists()


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` has filled, now or in an earlier run. `name` holds the version: a new one is built anew.

    Safe for several processes at once; what a killed build left is thrown away.
    """
    root = cache_root()
    root.mkdir(parents=True, exist_ok=True)
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / ".complete").touch()
    return folder
