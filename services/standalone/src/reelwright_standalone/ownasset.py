"""The user's own picture or clip for a scene: checked by decoding it, then stored with the project."""

from pathlib import Path

import av
import av.error

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import Asset
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.ids import content_id
from reelwright_standalone.errors import InputError
from reelwright_standalone.outputs import sha256_of

_PICTURES = {b"\xff\xd8\xff": ("image/jpeg", "jpeg_pipe"), b"\x89PNG\r\n\x1a\n": ("image/png", "png_pipe")}
_CLIPS = {b"ftyp": ("video/mp4", "mov"), b"\x1a\x45\xdf\xa3": ("video/webm", "matroska")}


async def store_own_asset(blobs: Blobs, project_id: str, path: Path) -> Asset:
    """Put the file among the project's blobs. Raises `InputError` when it is no JPEG, PNG, MP4, MOV or WebM."""
    content_type, container = _sniff(path)
    asset = _probe(path, content_type, container)
    digest = sha256_of(path)
    asset.blob.CopyFrom(
        await blobs.put_file(f"audio-projects/{project_id}/own/{digest[:32]}", path, content_type=content_type)
    )
    asset.asset_id = content_id("own", {"project": project_id, "sha256": digest})
    return asset


def _sniff(path: Path) -> tuple[str, str]:
    """Media type and demuxer by the file's first bytes, never by its name."""
    with path.open("rb") as file:
        head = file.read(16)
    for magic, found in _PICTURES.items():
        if head.startswith(magic):
            return found
    for magic, found in _CLIPS.items():
        if head[4:8] == magic or head.startswith(magic):
            return found
    raise InputError(f"{str(path)!r} is neither a JPEG or PNG picture nor an MP4, MOV or WebM clip; convert it first.")


def _probe(path: Path, content_type: str, container: str) -> Asset:
    try:
        # Handed over as an open file with its demuxer named, so that no reference inside can make it read another.
        with path.open("rb") as file, av.open(file, "r", format=container) as media:
            stream = media.streams.video[0]
            frame = next(media.decode(stream))
            duration_s = float(media.duration or 0) / av.time_base
    except (av.error.FFmpegError, IndexError, StopIteration) as error:
        raise InputError(f"{str(path)!r} cannot be decoded; open it in a viewer and save it anew.") from error
    still = content_type.startswith("image/")
    return Asset(
        source=media_pb2.ASSET_SOURCE_UPLOADED,
        kind=media_pb2.ASSET_KIND_STILL if still else media_pb2.ASSET_KIND_CLIP,
        width_px=frame.width,
        height_px=frame.height,
        duration_s=0.0 if still else duration_s,
        rung=media_pb2.RUNG_PLANNED,
        provider="user",
    )
