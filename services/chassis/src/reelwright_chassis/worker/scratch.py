"""A folder of an attempt's own."""

import asyncio
import shutil
import tempfile
import threading
from functools import partial
from pathlib import Path


class Scratch:
    """An empty folder under `parent`, made when it is first asked for."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._path: Path | None = None
        self._making = threading.Lock()

    @property
    def path(self) -> Path:
        """May be asked for in any thread."""
        with self._making:
            if self._path is None:
                self._parent.mkdir(parents=True, exist_ok=True)
                self._path = Path(tempfile.mkdtemp(prefix="job-", dir=self._parent))
            return self._path

    async def remove(self) -> None:
        """With all that is in it."""
        if self._path is not None:
            await asyncio.to_thread(partial(shutil.rmtree, self._path, ignore_errors=True))
