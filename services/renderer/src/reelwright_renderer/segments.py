"""Finished pieces of a video, kept by content: what exists is used again, what is missing is made and stored at once.

So a render that was killed goes on where it was, and an edit costs the units that it touches.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from reelwright_chassis.blobs.port import Blobs

MP4 = "video/mp4"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stored pieces of one project, and a folder for those that are being made."""

    blobs: Blobs
    project_id: str
    folder: Path

    def key(self, name: str) -> str:
        return f"audio-projects/{self.project_id}/segments/{name}.mp4"

    def file(self, name: str) -> Path:
        """Where a piece that is made now lies."""
        return self.folder / f"{name}.mp4"

    async def missing(self, names: Sequence[str]) -> list[str]:
        """Those that nobody has made yet, each once, in order."""
        unique = list(dict.fromkeys(names))
        found = await asyncio.gather(*(self.blobs.stat(self.key(name)) for name in unique))
        return [name for name, info in zip(unique, found, strict=True) if info is None]

    async def keep(self, name: str) -> None:
        """Store a piece that was made; from now on it is found, whoever is killed."""
        await self.blobs.put_file(self.key(name), self.file(name), content_type=MP4)

    async def local(self, name: str, stack: AsyncExitStack) -> Path:
        """The piece as a file: the one just made, else the stored one while `stack` lasts. Raises NotFound."""
        if self.file(name).exists():
            return self.file(name)
        return await stack.enter_async_context(self.blobs.local(self.key(name)))
