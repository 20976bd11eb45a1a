"""Parts that go past us to the object store, by addresses that it signs."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.blobs.presign import Presigner, SignedUrl
from reelwright_chassis.errors import NotFound
from reelwright_gateway.uploads.multipart.parts import UNTYPED, Begun, Part, audio_key


@dataclass(frozen=True, slots=True)
class PresignedParts:
    """Implements `PartStore`. What is never completed goes by the bucket's own rule."""

    presigner: Presigner
    blobs: Blobs
    lifetime_s: int

    async def begin(self, upload_id: str, project_id: str, size_bytes: int) -> Begun:
        key = audio_key(project_id, upload_id)
        upload = await self.presigner.begin_upload(key, content_type=UNTYPED, size_bytes=size_bytes)
        return Begun(
            id=upload_id,
            project_id=project_id,
            size_bytes=size_bytes,
            part_size_bytes=upload.part_size_bytes,
            part_store_id=upload.upload_id,
        )

    async def link(self, upload: Begun, part: Part, base_url: str) -> SignedUrl:  # noqa: ARG002 (the store has its own)
        return await self.presigner.part_url(
            upload.key, upload.part_store_id, part.number, self.lifetime_s, size_bytes=part.size_bytes
        )

    async def arrived(self, upload: Begun) -> Mapping[int, int]:
        try:
            parts = await self.presigner.uploaded_parts(upload.key, upload.part_store_id)
        except NotFound:
            if await self.blobs.stat(upload.key) is None:
                raise
            return {part.number: part.size_bytes for part in upload.parts}  # they are one object already
        return {part.number: part.size_bytes for part in parts}

    async def assemble(self, upload: Begun) -> BlobRef:
        try:
            parts = await self.presigner.uploaded_parts(upload.key, upload.part_store_id)
        except NotFound:
            return await self._assembled(upload)
        return await self.presigner.complete_upload(upload.key, upload.part_store_id, parts)

    async def _assembled(self, upload: Begun) -> BlobRef:
        """It was completed before, and whoever did so was interrupted."""
        async with self.blobs.local(upload.key) as path:
            return await asyncio.to_thread(_ref, upload.key, path)

    async def discard(self, upload: Begun) -> None:
        await self.presigner.abort_upload(upload.key, upload.part_store_id)


def _ref(key: str, path: Path) -> BlobRef:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return BlobRef(key=key, sha256=sha256, size_bytes=path.stat().st_size, content_type=UNTYPED)
