"""What an asset may cost at most: the cap that its request carries. kling-gateway books what it did cost."""

from reelwright.events.v1.media_pb2 import ASSET_KIND_CLIP, ASSET_KIND_STILL
from reelwright_chassis.pictures import STILL_USD, clip_usd


def cap_usd(kind: int, duration_s: float) -> float:
    """The price of one asset of this kind for a scene of this length. A card is free: no provider makes it."""
    if kind == ASSET_KIND_CLIP:
        return clip_usd(duration_s)
    return STILL_USD if kind == ASSET_KIND_STILL else 0.0
