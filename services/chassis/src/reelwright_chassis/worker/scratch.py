"""A folder of an attempt's own."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path


@asynccontextmanager
async def scratch_folder(parent: Path) -> AsyncIterator[Path]:
    """An empty folder under `parent` that vanishes with all that is in it."""
    folder = await asyncio.to_thread(_make, parent)
    try:
        yield folder
    finally:
        await asyncio.to_thread(partial(shutil.rmtree, folder, ignore_errors=True))


def _make(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="job-", dir=parent))
