"""Where the parts of an upload go, and how they become one object."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.presign import SignedUrl

UNTYPED = "application/octet-stream"
"""What a recording is, is told by its bytes once they are here."""


class Begun(BaseModel):
    """An upload that was begun, as it is remembered. `part_store_id` is its name where its parts go."""

    model_config = ConfigDict(frozen=True)

    id: str
    project_id: str
    size_bytes: int
    part_size_bytes: int
    part_store_id: str = ""

    @property
    def key(self) -> str:
        """Of the whole object."""
        return audio_key(self.project_id, self.id)

    @property
    def parts(self) -> Iterator["Part"]:
        """All that there shall be; only the last one may be shorter."""
        for number, start in enumerate(range(0, self.size_bytes, self.part_size_bytes), start=1):
            yield Part(number, min(self.part_size_bytes, self.size_bytes - start))


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    size_bytes: int


def audio_key(project_id: str, upload_id: str) -> str:
    return f"audio-projects/{project_id}/audio-{upload_id}"


def folder_key(project_id: str) -> str:
    """Of all that belongs to a project's unfinished uploads; ends in "/"."""
    return f"audio-projects/{project_id}/uploads/"


class PartStore(Protocol):
    """Takes parts in any order, and again. Every method raises `Unavailable`."""

    async def begin(self, upload_id: str, project_id: str, size_bytes: int) -> Begun: ...

    async def link(self, upload: Begun, part: Part, base_url: str) -> SignedUrl:
        """For a PUT of exactly this part by whoever has it; `base_url` is how this client reaches the API."""

    async def arrived(self, upload: Begun) -> Mapping[int, int]:
        """The size in bytes of each part that is here, by its number. Raises `NotFound` for an upload that ended."""

    async def assemble(self, upload: Begun) -> BlobRef:
        """All parts as one object under `upload.key`; again, if its answer was lost. They must have arrived."""

    async def discard(self, upload: Begun) -> None:
        """Forget the parts; no error when there are none."""
