"""Uploads that were begun, remembered beside the project's other objects: any replica goes on with them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import NotFound
from reelwright_gateway.problems import Problem
from reelwright_gateway.times import moment_at
from reelwright_gateway.uploads.multipart.parts import Begun, PartStore, folder_key

_KEPT = timedelta(days=2)
"""As long as an object store keeps the parts of an upload that nobody completes, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The uploads of one project."""

    blobs: Blobs
    parts: PartStore
    clock: Clock
    project_id: str

    async def begin(self, upload_id: str, size_bytes: int) -> Begun:
        """A new one; with the id of one that was begun, that one. Raises `Problem`: idempotency_key_reused."""
        try:
            had = await self.get(upload_id)
        except Problem:
            await self._remove_stale()
            upload = await self.parts.begin(upload_id, self.project_id, size_bytes)
            text = upload.model_dump_json().encode()
            await self.blobs.put_bytes(self._key(upload_id), text, content_type="application/json")
            return upload
        if had.size_bytes != size_bytes:
            raise Problem("idempotency_key_reused")
        return had

    async def get(self, upload_id: str) -> Begun:
        """Raises `Problem`: upload_not_found."""
        try:
            return Begun.model_validate_json(await self.blobs.read(self._key(upload_id)))
        except (NotFound, ValueError):  # a ValueError: this can be nobody's id
            raise Problem("upload_not_found") from None

    async def end(self, upload: Begun) -> None:
        """Its parts first: what is interrupted here can be ended again."""
        await self.parts.discard(upload)
        await self.blobs.delete(self._key(upload.id))

    async def _remove_stale(self) -> None:
        """What nobody completed, so that a project's uploads do not pile up."""
        too_old = moment_at(self.clock.now_s()) - _KEPT
        stale = [
            blob.key
            async for blob in self.blobs.list(folder_key(self.project_id))
            if blob.key.endswith(".json") and blob.modified_at < too_old
        ]
        for key in stale:
            with suppress(Problem):  # another request was quicker
                await self.end(await self.get(key.rpartition("/")[2].removesuffix(".json")))

    def _key(self, upload_id: str) -> str:
        return record_key(self.project_id, upload_id)


def record_key(project_id: str, upload_id: str) -> str:
    return f"{folder_key(project_id)}{upload_id}.json"
