"""Which camera move a still gets: chosen by a seed, so that the same scene always moves the same way. Pure."""

import hashlib
from random import Random

from reelwright_renderer.timeline import KenBurns

ZOOM_PER_S = 0.018
"""How much the view grows or shrinks in a second: seen as life, not as a camera move."""
LEAST_ZOOM, MOST_ZOOM = 1.07, 1.22
MARGIN = 1.04
"""The wider view is already this much closer than the whole picture, so that there is room to pan."""


def random_of(seed: str) -> Random:
    """A generator that gives the same numbers for the same seed in every process and version."""
    return Random(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))


def choose_motion(seed: str, duration_s: float) -> KenBurns:
    """A zoom in or out with a gentle pan; longer scenes move further, within bounds."""
    random = random_of(seed)
    near = MARGIN * min(max(1 + ZOOM_PER_S * duration_s, LEAST_ZOOM), MOST_ZOOM)
    zooms = (MARGIN, near) if random.random() < 0.6 else (near, MARGIN)
    sideways = random.choice((-1, 1)) * random.uniform(0.12, 0.3)
    upward = random.choice((-1, 1)) * random.uniform(0.05, 0.2)
    return KenBurns(
        zoom_from=round(zooms[0], 4),
        zoom_to=round(zooms[1], 4),
        focus_from=(round(0.5 - sideways, 4), round(0.5 - upward, 4)),
        focus_to=(round(0.5 + sideways, 4), round(0.5 + upward, 4)),
    )


def eased(progress: float) -> float:
    """Smoothstep: 0 to 1 with no jerk at either end."""
    return progress * progress * (3 - 2 * progress)


def drifting(progress: float) -> float:
    """Eased, but never at rest: a camera move is under way when its scene is cut to, and when it is left."""
    return 0.6 * progress + 0.4 * eased(progress)
