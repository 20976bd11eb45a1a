"""The numbers that `decide` goes by. Settings may change them; tests make them small."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reelwright_director.terms import Stage

MAX_SCENES = 12
MAX_WORDS = 3_000
MAX_SCRIPT_BYTES = 200_000
MAX_PROMPT_CHARS = 2_500
KEPT_TAKES = 60
"""Of one project: with the limits above its item stays below the store's 400 KB, in any script.

What is forgotten is made again for nothing: whoever made it has it under the same asset_id.
"""
KEPT_REVISIONS = 8
"""Older transcripts, plans and videos are forgotten."""
KEPT_HISTORY = 150
"""Older entries are forgotten, oldest first."""
HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S
TOMBSTONE_S = 30 * DAY_S
SECOND_REMOVAL_S = DAY_S
"""What a worker still wrote while its project was being deleted goes with the second sweep."""


def _deadlines() -> dict[Stage, float]:
    return {
        Stage.FETCH: 900.0,
        Stage.TRANSCRIPTION: 900.0,
        Stage.PLAN: 300.0,
        Stage.ASSET: 2_400.0,
        Stage.RENDER: 1_800.0,
    }


@dataclass(frozen=True, slots=True)
class Policy:
    """Leases, deadlines and how often something is tried."""

    lease_s: float = 45.0
    """A worker renews it every third of this."""
    deadline_s: Mapping[Stage, float] = field(default_factory=_deadlines)
    """From the first `Begin` after a request was asked."""
    max_errors: int = 5
    """Attempts that ended with a retryable failure."""
    max_losses: int = 10
    """Attempts that ended without a word."""
    max_stalls: int = 1
    """How often a request is asked again after its deadline."""
    backoff_s: float = 5.0
    """Before the second attempt, when the worker names no delay; doubles with each."""
    max_backoff_s: float = 300.0
    max_wait_s: float = 5.0
    """The longest `wait` that a worker is told: cancels reach it within it, a brake's end within half of it."""
    max_postponed_s: float = DAY_S
    """How long a provider may put a request off (busy, out of slots) before that counts as failures."""
