"""Stops a product family for a while after the vendor said that a person must act."""

from reelwright_chassis.clock import Clock
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Family

STOPPING = (Reaction.STOP_FAMILY, Reaction.HUMAN, Reaction.FIX_CREDENTIALS, Reaction.REMINT)
_HOLD_S = 60.0
"""After that one submission asks again; its refusal is free and renews the brake."""


class Brakes:
    """Of this process alone: each replica learns it from one free refusal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[Family, tuple[KlingError, float]] = {}

    def stop(self, family: Family, error: KlingError) -> None:
        self._held[family] = (error, self._clock.monotonic_s() + _HOLD_S)

    def holding(self, family: Family) -> KlingError | None:
        """Why nothing of this family may be posted now, if so."""
        error, until_s = self._held.get(family, (None, 0.0))
        return error if self._clock.monotonic_s() < until_s else None

    @property
    def credentials_refused(self) -> bool:
        """Whether the vendor lately refused our key."""
        held = [self.holding(family) for family in Family]
        return any(error is not None and error.reaction is Reaction.FIX_CREDENTIALS for error in held)
