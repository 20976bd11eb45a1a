"""What is counted and logged of every change of a project."""

from reelwright.events.v1.media_pb2 import RUNG_PLANNED, Rung
from reelwright_chassis import metrics
from reelwright_chassis.logs import get_logger
from reelwright_director.state import Project
from reelwright_director.terms import ENDED

log = get_logger(__name__)


def count(before: Project | None, after: Project, cause: str) -> None:
    """`cause` names the kind of input. Called once per written change."""
    metrics.DECISIONS.labels(input=cause).inc()
    _count_fallbacks(before, after)
    if before is None or before.state is not after.state:
        _tell_state(after, cause)


def _tell_state(after: Project, cause: str) -> None:
    reason_code = after.failure.reason_code if after.failure else ""
    log.info("project_moved", project_id=after.project_id, state=after.state.value, cause=cause, reason=reason_code)
    if after.state in ENDED:
        metrics.PROJECTS_ENDED.labels(state=after.state.value, reason=reason_code).inc()


def _count_fallbacks(before: Project | None, after: Project) -> None:
    known = {take.asset.asset_id for take in before.takes} if before is not None else set()
    for take in after.takes:
        if take.asset.rung > RUNG_PLANNED and take.asset.asset_id not in known:
            metrics.FALLBACKS.labels(rung=Rung.Name(take.asset.rung).removeprefix("RUNG_").lower()).inc()
