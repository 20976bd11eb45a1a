"""Which scenes get a clip and which a still: alternating, as far as the money goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reelwright_chassis.pictures import LONGEST_CLIP_S, STILL_USD, clip_usd


@dataclass(frozen=True, slots=True)
class ClipTerms:
    """How clips are bought: resolution, and the most seconds of one (a longer scene plays it slower or mirrored)."""

    resolution: str = "720p"
    longest_s: int = LONGEST_CLIP_S


class Kind(StrEnum):
    CLIP = "clip"
    STILL = "still"


def cost_usd(kinds: Sequence[Kind], lengths_s: Sequence[float], terms: ClipTerms) -> float:
    """What these assets are estimated to cost."""
    costs = (
        clip_usd(length_s, resolution=terms.resolution, longest_s=terms.longest_s) if kind is Kind.CLIP else STILL_USD
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
