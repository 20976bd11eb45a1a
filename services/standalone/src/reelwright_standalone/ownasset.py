"""The user's own picture or clip for a scene: checked by decoding it, then stored with the project."""

import asyncio
from pathlib import Path

from reelwright.events.v1.media_pb2 import Asset
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.errors import Reject
from reelwright_gateway.ownmedia.asset import own_asset, own_key
from reelwright_gateway.ownmedia.probe import Probed, probe
from reelwright_gateway.ownmedia.sniff import picture_type
from reelwright_standalone.errors import InputError
from reelwright_standalone.outputs import sha256_of

_HEAD_BYTES = 16


async def store_own_asset(blobs: Blobs, project_id: str, path: Path) -> Asset:
    """Put the file among the project's blobs. Raises `InputError` when it is no JPEG, PNG, MP4, MOV or WebM."""
    content_type = _sniff(path)
    probed = await asyncio.to_thread(_probe, path, content_type)
    blob = await blobs.put_file(own_key(project_id, sha256_of(path)), path, content_type=content_type)
    return own_asset(project_id, probed, blob)


def _sniff(path: Path) -> str:
    """The media type by the file's first bytes, never by its name."""
    with path.open("rb") as file:
        content_type = picture_type(file.read(_HEAD_BYTES))
    if content_type is None:
        raise InputError(
            f"{str(path)!r} is neither a JPEG or PNG picture nor an MP4, MOV or WebM clip; convert it first."
        )
    return content_type


def _probe(path: Path, content_type: str) -> Probed:
    try:
        return probe(path, content_type)
    except Reject as error:
        raise InputError(f"{str(path)!r}: {error.message} {error.remedy}".rstrip()) from error
