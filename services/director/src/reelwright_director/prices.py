"""What an asset may cost at most: the cap that its request carries. The provider's own gateway books what it did cost.

Source: the vendor's price page of 2026: a clip of 3.0 without sound at 720p is 0.6 units of $0.14 per second begun,
of which the gateway buys 3 to 11; a picture is 8 units of $0.0035.
"""

import math

from reelwright.events.v1.media_pb2 import ASSET_KIND_CLIP, ASSET_KIND_STILL

CLIP_USD_PER_S = 0.6 * 0.14
STILL_USD = 8 * 0.0035
SHORTEST_CLIP_S = 3
LONGEST_CLIP_S = 11
STRETCH = 1.1
"""A clip may be this much shorter than its scene: the renderer slows it so little that nobody sees it."""


def cap_usd(kind: int, duration_s: float) -> float:
    """The price of one asset of this kind for a scene of this length. A card is free: no provider makes it."""
    if kind == ASSET_KIND_CLIP:
        billed_s = min(max(math.ceil(duration_s / STRETCH), SHORTEST_CLIP_S), LONGEST_CLIP_S)
        return round(billed_s * CLIP_USD_PER_S, 6)
    return STILL_USD if kind == ASSET_KIND_STILL else 0.0
