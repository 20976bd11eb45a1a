"""How pictures are bought, and what that is expected to cost: what planner, director and kling-gateway must agree on.

Source of the prices: the vendor's price page of September 2026, in its standard resource packs. What a task did cost is
booked from the vendor's answer; these figures serve plans and caps. Read again before a release.
"""

import math

VIDEO_UNIT_USD = 0.14
IMAGE_UNIT_USD = 0.0035
CLIP_UNITS_PER_S = {"720p": 0.6, "1080p": 0.8}
"""Kling 3.0 without sound, by resolution."""
STILL_USD = 8 * IMAGE_UNIT_USD
"""One picture of Kling v3, up to 2k."""

SHORTEST_CLIP_S = 3
LONGEST_CLIP_S = 11
"""The most that is bought for one scene; a longer one plays its clip slower, then mirrored (Kling 3.0: 3 to 15 s)."""
_STRETCH = 1.1
"""A clip may be this much shorter than its scene: the renderer slows it so little that nobody sees it."""


def clip_s(scene_s: float, longest_s: int = LONGEST_CLIP_S) -> int:
    """How many seconds of clip to buy for a scene of `scene_s`."""
    return min(max(math.ceil(scene_s / _STRETCH), SHORTEST_CLIP_S), longest_s)


def clip_usd(scene_s: float, *, resolution: str = "720p", longest_s: int = LONGEST_CLIP_S) -> float:
    """What that clip costs. Raises KeyError for a resolution without a price."""
    return round(clip_s(scene_s, longest_s) * CLIP_UNITS_PER_S[resolution] * VIDEO_UNIT_USD, 6)
