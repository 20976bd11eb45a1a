"""An order: what a create request asks for, whichever dialect it came in, checked and priced."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reelwright_kling_sim.auth import Dialect
from reelwright_kling_sim.catalog import Family

SHORT_SIDE_PX = {"720p": 720, "1080p": 1080, "4k": 2160, "1k": 1080, "2k": 2160}


@dataclass(frozen=True, slots=True)
class Order:
    """A create request that is well formed; `width` and `height` are what was asked for, in pixels.

    `duration_s` is 0 for pictures, `count` the number of results, `latency_s` the usual time until they are there.
    """

    dialect: Dialect
    product: str
    model: str
    family: Family
    prompt: str
    width: int
    height: int
    duration_s: int
    count: int
    price_centi: int
    latency_s: float
    external_task_id: str | None = None
    callback_url: str | None = None
    watermark: bool = False

    @property
    def slots(self) -> int:
        """Slots that the task holds until it ends: one for a video, one for each picture."""
        return self.count


def frame_size(resolution: str, aspect: Fraction) -> tuple[int, int]:
    """Even width and height whose short side is the resolution's; `aspect` is width over height."""
    short = SHORT_SIDE_PX[resolution]
    long_aspect = max(aspect, 1 / aspect)
    long = round(short * long_aspect / 2) * 2
    return (long, short) if aspect >= 1 else (short, long)


def aspect_of(ratio: str) -> Fraction:
    """Width over height of a ratio such as "9:16"."""
    width, height = ratio.split(":")
    return Fraction(int(width), int(height))
