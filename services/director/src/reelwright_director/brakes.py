"""Brakes: stages and tenants whose new work waits. What runs goes on."""

from dataclasses import dataclass

from reelwright_director.terms import Stage

ALL = "*"


@dataclass(frozen=True, slots=True)
class Brakes:
    """Pairs of (stage or "*", tenant or "*") that are paused."""

    paused: frozenset[tuple[str, str]] = frozenset()

    def hold(self, stage: Stage, tenant_id: str) -> bool:
        """Whether new work of this stage waits for this tenant."""
        return any((s, t) in self.paused for s in (stage, ALL) for t in (tenant_id, ALL))
