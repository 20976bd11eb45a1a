"""What is counted and logged of every change of a project."""

from functools import cache

from prometheus_client import Counter

from reelwright_chassis import metrics
from reelwright_chassis.logs import get_logger
from reelwright_chassis.reasons import Fault, reason
from reelwright_chassis.timing import observe
from reelwright_chassis.topics import dead_letters_of
from reelwright_director import pictures
from reelwright_director.decide.messages import TOPICS
from reelwright_director.decision import Decision
from reelwright_director.state import Project, Request
from reelwright_director.terms import ENDED, Stage, State, Status
from reelwright_director.view import quality

log = get_logger(__name__)

_RESULTS = {
    "AudioFetched": Stage.FETCH,
    "TranscriptReady": Stage.TRANSCRIPTION,
    "ScenesPlanned": Stage.PLAN,
    "AssetReady": Stage.ASSET,
    "VideoRendered": Stage.RENDER,
}
"""The inputs that end a request with what was wanted."""
_BURIED = {dead_letters_of(topic): stage for stage, topic in TOPICS.items()}


def begin_at_zero() -> None:
    """The counts that rates and ratios are made of: a first event is seen only against a zero before it."""
    metrics.PROJECTS_ENDED.labels(state=State.COMPLETED.value, fault="")
    for fault in Fault:
        metrics.PROJECTS_ENDED.labels(state=State.FAILED.value, fault=fault.value)
    for found in ("full", "degraded"):
        for simulated in ("true", "false"):
            metrics.VIDEOS.labels(quality=found, simulated=simulated)
    for stage in Stage:
        metrics.COST.labels(stage=stage.value)
        metrics.REQUESTS_GIVEN_UP.labels(stage=stage.value)
        metrics.ATTEMPTS_ENDED.labels(stage=stage.value, outcome="lost")
        metrics.DEAD_LETTERS.labels(topic=TOPICS[stage])


def count(before: Project | None, decision: Decision, cause: str) -> None:
    """`cause` names the kind of input. Called once per written change."""
    after = decision.project
    _decisions(cause).inc()
    _count_fallbacks(before, after)
    _count_attempts(before, after)
    _count_requests(before, after, cause)
    _count_effects(decision)
    if before is None or before.state is not after.state:
        _tell_state(before, after, cause)


@cache
def _decisions(cause: str) -> Counter:
    return metrics.DECISIONS.labels(input=cause)


def _tell_state(before: Project | None, after: Project, cause: str) -> None:
    reason_code = after.failure.reason_code if after.failure else ""
    log.info("project_moved", project_id=after.project_id, state=after.state.value, cause=cause, reason=reason_code)
    if after.state in ENDED:
        fault = reason(reason_code).fault.value if after.state is State.FAILED else ""
        metrics.PROJECTS_ENDED.labels(state=after.state.value, fault=fault).inc()
    if after.state is State.FAILED and after.failure is not None:
        metrics.PROJECT_FAILURES.labels(stage=after.failure.stage.value, reason=reason_code).inc()
    if after.state is State.COMPLETED:
        _count_video(before, after)


def _count_video(before: Project | None, after: Project) -> None:
    video = "another" if before is not None and before.videos else "first"
    observe(metrics.PROJECT_SECONDS.labels(video=video), after.awaited_s)
    simulated = any(asset.simulated for asset in pictures.assets(after))
    metrics.VIDEOS.labels(quality=quality(after), simulated=str(simulated).lower()).inc()


def _count_fallbacks(before: Project | None, after: Project) -> None:
    for asset in pictures.fallbacks(before, after):
        metrics.FALLBACKS.labels(rung=pictures.rung_name(asset)).inc()


def _count_attempts(before: Project | None, after: Project) -> None:
    """Those that this change ended."""
    had = before.history if before is not None else ()
    for entry in after.history:
        if entry.ended_at_s == after.updated_at_s and entry.stage is not None and entry.attempt and entry not in had:
            metrics.ATTEMPTS_ENDED.labels(stage=entry.stage.value, outcome=entry.outcome).inc()


def _count_requests(before: Project | None, after: Project, cause: str) -> None:
    """Waits that ended with a first lease, and requests that ended with what was wanted."""
    if before is None:
        return
    for request in before.requests:
        now = after.request(request.request_id)
        spent_s = max(0.0, after.updated_at_s - request.since_s)
        if now is None and request.stage is _RESULTS.get(cause):
            observe(metrics.REQUEST_SECONDS.labels(stage=request.stage.value), spent_s)
        elif now is not None and now.status is Status.RUNNING and _is_first_attempt(before, request):
            observe(metrics.REQUEST_WAIT_SECONDS.labels(stage=request.stage.value), spent_s)


def _is_first_attempt(before: Project, request: Request) -> bool:
    return request.status is Status.ASKED and request.request_id not in before.begun


def _count_effects(decision: Decision) -> None:
    """What was charged, and what goes to the dead letters."""
    for booking in decision.bookings:
        metrics.COST.labels(stage=booking.stage.value).inc(booking.cost_usd)
    for out in decision.outgoing:
        stage = _BURIED.get(out.topic)
        if stage is not None:
            metrics.DEAD_LETTERS.labels(topic=TOPICS[stage]).inc()
            metrics.REQUESTS_GIVEN_UP.labels(stage=stage.value).inc()
