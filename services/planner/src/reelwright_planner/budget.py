"""Which scenes get a clip and which a still: alternating, as far as the money goes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reelwright_planner.prices import IMAGE_UNIT_USD, IMAGE_UNITS, VIDEO_UNIT_USD, VIDEO_UNITS_PER_S

SHORTEST_CLIP_S = 3
"""Kling 3.0 makes clips of 3 to 15 s."""
STRETCH = 1.1
"""A clip may be this much shorter than its scene: the renderer slows it so little that nobody sees it."""


@dataclass(frozen=True, slots=True)
class ClipTerms:
    """How clips are bought: resolution, and the most seconds of one (a longer scene plays it slower or mirrored)."""

    resolution: str = "720p"
    longest_s: int = 11


class Kind(StrEnum):
    CLIP = "clip"
    STILL = "still"


STILL_USD = IMAGE_UNITS * IMAGE_UNIT_USD


def clip_cost_usd(length_s: float, terms: ClipTerms) -> float:
    """What a clip for a scene of this length costs; whole seconds are billed."""
    billed_s = min(max(math.ceil(length_s / STRETCH), SHORTEST_CLIP_S), terms.longest_s)
    return billed_s * VIDEO_UNITS_PER_S[terms.resolution] * VIDEO_UNIT_USD


def cost_usd(kinds: Sequence[Kind], lengths_s: Sequence[float], terms: ClipTerms) -> float:
    """What these assets are estimated to cost."""
    costs = (
        clip_cost_usd(length_s, terms) if kind is Kind.CLIP else STILL_USD
        for kind, length_s in zip(kinds, lengths_s, strict=True)
    )
    return sum(costs)


def alternate(count: int) -> list[Kind]:
    """Clip, still, clip, ...: the opening moves."""
    return [Kind.STILL if index % 2 else Kind.CLIP for index in range(count)]


def within_budget(
    wanted: Sequence[Kind], lengths_s: Sequence[float], budget_usd: float, terms: ClipTerms
) -> list[Kind]:
    """`wanted` with as few clips as necessary turned into stills, the last ones first, so that the sum fits.

    All stills may still cost more than the budget: then each paid call's own check decides.
    """
    kinds = list(wanted)
    for index in reversed(range(len(kinds))):
        if cost_usd(kinds, lengths_s, terms) <= budget_usd + 1e-9:
            break
        kinds[index] = Kind.STILL
    return kinds
