"""How far a project is, in all: stages by their usual share of the time, and the running one by what its jobs tell."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.live.book import Running

WEIGHTS = {"transcription": 20.0, "plan": 5.0, "asset": 40.0, "render": 35.0}
"""Percent of a usual run, by stage, in order."""
FETCH = "fetch"
"""Before all of that, where the recording lies elsewhere."""
_BEFORE = dict(zip(WEIGHTS, accumulate(WEIGHTS.values(), initial=0.0), strict=False))
"""Percent of a usual run that lie before each stage."""
_STAGE = {
    rpc.STATE_CREATED: "transcription",
    rpc.STATE_UPLOADED: "transcription",
    rpc.STATE_TRANSCRIBING: "transcription",
    rpc.STATE_TRANSCRIBED: "plan",
    rpc.STATE_PLANNING: "plan",
    rpc.STATE_PLANNED: "asset",
    rpc.STATE_GENERATING: "asset",
    rpc.STATE_READY_FOR_COMPILATION: "render",
    rpc.STATE_COMPILING: "render",
}
_ON_ITS_USER = (rpc.WAITING_ON_UNSPECIFIED, rpc.WAITING_ON_USER)
_LEAST_SEEN_S = 2.0
_LEAST_GAIN = 5.0
"""Percent and seconds that must have passed before a pace says anything."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`stage` is the one that runs or comes next; None when there is none. `percent` is of the whole, 0 to 100."""

    stage: str | None
    percent: float
    eta_at: datetime | None


def stage_of(project: rpc.Project) -> str | None:
    if project.state == rpc.STATE_FAILED:
        return rpc.Stage.Name(project.failure.stage).removeprefix("STAGE_").lower()
    if project.state == rpc.STATE_CREATED and project.waiting_on not in _ON_ITS_USER:
        return FETCH
    return _STAGE.get(project.state)


def progress(project: rpc.Project, running: Running | None, now_s: float) -> Progress:
    """`running` is what the jobs of its current stage told, if any of them did."""
    stage = stage_of(project)
    if stage == FETCH:
        return Progress(stage, 0.0, None)
    if stage not in WEIGHTS:
        return Progress(None, 100.0 if project.state == rpc.STATE_COMPLETED else 0.0, None)
    done = _done(project, stage, running)
    percent = _BEFORE[stage] + WEIGHTS[stage] * done / 100.0
    return Progress(stage, round(percent, 1), _eta(stage, done, running, now_s))


def _done(project: rpc.Project, stage: str, running: Running | None) -> float:
    """Percent of the stage. Pictures are many jobs: those that are there, and those that are being made."""
    told = list(running.percents.values()) if running is not None else []
    if stage != "asset":
        return max(told, default=0.0)
    total = len(project.scenes)
    if not total:
        return 0.0
    ready = sum(1 for scene in project.scenes if scene.asset_id)
    unfinished = sorted((percent for percent in told if percent < 100.0), reverse=True)[: total - ready]
    return (100.0 * ready + sum(unfinished)) / total


def _eta(stage: str, done: float, running: Running | None, now_s: float) -> datetime | None:
    """By the pace of the running stage, the others in proportion to their usual share; None until there is a pace."""
    if running is None:
        return None
    gained, spent_s = done - running.first, now_s - running.since_s
    if gained < _LEAST_GAIN or spent_s < _LEAST_SEEN_S:
        return None
    per_percent_s = spent_s / gained
    after = 100.0 - _BEFORE[stage] - WEIGHTS[stage]
    left_s = per_percent_s * (100.0 - done) + per_percent_s * 100.0 * after / WEIGHTS[stage]
    return datetime.fromtimestamp(now_s + left_s, UTC)
