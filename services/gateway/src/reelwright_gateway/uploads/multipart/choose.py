"""Which part store: the object store itself where it signs addresses, else the gateway."""

from pathlib import Path

from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.blobs.presign import Presigner
from reelwright_chassis.clock import Clock
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.uploads.multipart.own import OwnParts
from reelwright_gateway.uploads.multipart.parts import PartStore
from reelwright_gateway.uploads.multipart.presigned import PresignedParts


def part_store(blobs: Blobs, settings: GatewaySettings, scratch: Path, clock: Clock) -> PartStore:
    presigner: Presigner | None = getattr(blobs, "presigner", None)
    if presigner is not None:
        return PresignedParts(presigner, blobs, int(settings.media_link_s))
    return OwnParts(blobs, scratch, settings.secret, clock, settings.upload_part_bytes, settings.media_link_s)
