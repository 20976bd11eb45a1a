"""What a command begins: which stages, how many pictures, and what they may cost at most. Pure."""

from dataclasses import dataclass

from reelwright_director import pictures
from reelwright_director.state import Project
from reelwright_director.terms import RUNNING, Stage, State, Status

_RUNS = {
    State.TRANSCRIBING: Stage.TRANSCRIPTION,
    State.PLANNING: Stage.PLAN,
    State.GENERATING: Stage.ASSET,
    State.COMPILING: Stage.RENDER,
}


@dataclass(frozen=True, slots=True)
class Estimate:
    cost_usd_at_most: float = 0.0
    stages: tuple[Stage, ...] = ()
    assets: int = 0


def estimate(before: Project | None, after: Project) -> Estimate:
    """Of the command that led from one to the other."""
    if after.state not in RUNNING or before == after:
        return Estimate()
    stages = tuple(_stages(after))
    known = {r.request_id for r in before.requests if r.status is not Status.FAILED} if before else set()
    orders = [r.order for r in pictures.orders(after) if r.request_id not in known and r.order is not None]
    if Stage.ASSET in stages and stages[0] is not Stage.ASSET and not after.inherited:
        # The scenes are not known yet: the budget is.
        return Estimate(round(max(0.0, after.settings.budget_usd - after.asset_cost_usd), 6), stages)
    return Estimate(round(sum(order.cap_usd for order in orders), 6), stages, len(orders))


def _stages(project: Project) -> list[Stage]:
    """From the one that runs to the next gate, or as far as the run goes."""
    found: list[Stage] = []
    review = project.settings.review
    for stage in list(Stage)[list(Stage).index(_RUNS[project.state]) :]:
        if not project.goal.reaches(stage):
            break
        found.append(stage)
        if (stage is Stage.TRANSCRIPTION and review.of_transcript) or (stage is Stage.PLAN and review.of_scenes):
            break
    return found or [_RUNS[project.state]]
