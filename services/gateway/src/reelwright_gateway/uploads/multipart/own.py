"""Parts that come through the gateway, by addresses that it signs: where no object store can take them itself."""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import jwt
import jwt.types
from pydantic import SecretStr

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.blobs.presign import SignedUrl
from reelwright_chassis.clock import Clock
from reelwright_gateway.problems import Problem
from reelwright_gateway.times import moment_at
from reelwright_gateway.uploads.multipart.parts import UNTYPED, Begun, Part, folder_key

_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Place:
    """What a signed address names: a part of an upload, and its only size."""

    project_id: str
    upload_id: str
    part: Part

    @property
    def key(self) -> str:
        return f"{folder_key(self.project_id)}{self.upload_id}/{self.part.number}"


@dataclass(frozen=True, slots=True)
class OwnParts:
    """Implements `PartStore`: each part is a blob of its own until all are here."""

    blobs: Blobs
    scratch: Path
    secret: SecretStr
    clock: Clock
    part_bytes: int
    lifetime_s: float

    async def begin(self, upload_id: str, project_id: str, size_bytes: int) -> Begun:
        return Begun(id=upload_id, project_id=project_id, size_bytes=size_bytes, part_size_bytes=self.part_bytes)

    async def link(self, upload: Begun, part: Part, base_url: str) -> SignedUrl:
        until_s = int(self.clock.now_s() + self.lifetime_s)
        claims = {
            "aud": "upload-parts",
            "p": upload.project_id,
            "u": upload.id,
            "n": part.number,
            "s": part.size_bytes,
            "exp": until_s,
        }
        token = jwt.encode(claims, self.secret.get_secret_value(), _ALGORITHM)
        return SignedUrl(f"{base_url}/upload-parts/{token}", moment_at(until_s))

    def read(self, token: str) -> Place:
        """What an address of `link` names. Raises `Problem`: upload_link_invalid."""
        # By our own clock, below.
        options: jwt.types.Options = {"require": ["exp", "aud", "p", "u", "n", "s"], "verify_exp": False}
        try:
            claims = jwt.decode(
                token, self.secret.get_secret_value(), [_ALGORITHM], audience="upload-parts", options=options
            )
        except jwt.InvalidTokenError:
            raise Problem("upload_link_invalid") from None
        if claims["exp"] <= self.clock.now_s():
            raise Problem("upload_link_invalid", "The address has expired.")
        return Place(claims["p"], claims["u"], Part(claims["n"], claims["s"]))

    async def arrived(self, upload: Begun) -> Mapping[int, int]:
        prefix = _folder(upload)
        return {
            int(blob.key.removeprefix(prefix)): blob.size_bytes
            async for blob in self.blobs.list(prefix)
            if blob.key.removeprefix(prefix).isdecimal()
        }

    async def assemble(self, upload: Begun) -> BlobRef:
        with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="upload-") as whole:
            for part in upload.parts:
                async with self.blobs.local(f"{_folder(upload)}{part.number}") as path:
                    await asyncio.to_thread(_append, whole, path)
            return await self.blobs.put_file(upload.key, Path(whole.name), content_type=UNTYPED)

    async def discard(self, upload: Begun) -> None:
        await self.blobs.delete_prefix(_folder(upload))


def _folder(upload: Begun) -> str:
    return f"{folder_key(upload.project_id)}{upload.id}/"


def _append(whole: IO[bytes], path: Path) -> None:
    with path.open("rb") as part:
        shutil.copyfileobj(part, whole)
    whole.flush()
