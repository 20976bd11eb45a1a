"""Own pictures and clips as assets of a project."""

from reelwright.events.v1 import media_pb2 as media
from reelwright_chassis.ids import content_id
from reelwright_gateway.ownmedia.probe import Probed


def own_key(project_id: str, sha256: str) -> str:
    """Where it lies: made of its bytes, never of a file's name."""
    return f"audio-projects/{project_id}/own/{sha256[:32]}"


def own_asset(project_id: str, probed: Probed, blob: media.BlobRef, *, scene_id: str = "") -> media.Asset:
    """It costs nothing, and nobody made it but its user. Without a scene it is the same one for each that shows it."""
    shown_by = {"scene": scene_id} if scene_id else {}
    return media.Asset(
        asset_id=content_id("own", {"project": project_id, "sha256": blob.sha256, **shown_by}),
        scene_id=scene_id,
        source=media.ASSET_SOURCE_UPLOADED,
        kind=probed.kind,
        blob=blob,
        width_px=probed.width_px,
        height_px=probed.height_px,
        duration_s=probed.duration_s,
        rung=media.RUNG_PLANNED,
        provider="user",
    )
