"""Why a project does not move: one answer, derived from what is outstanding."""

from reelwright_director.brakes import Brakes
from reelwright_director.state import Project, Request
from reelwright_director.terms import ENDED, RUNNING, Stage, State, Status, Waiting


def waiting_on(project: Project, brakes: Brakes = Brakes()) -> Waiting:  # noqa: B008 (a frozen value)
    """What the project waits for. `brakes` that hold its stage are named before the work that they hold."""
    if project.state in ENDED:
        return Waiting.BUDGET if _lacks_money(project) else Waiting.NOTHING
    outstanding = _outstanding(project)
    if project.state not in RUNNING and not is_fetched(project):
        return Waiting.USER
    if any(r.status is Status.RUNNING for r in outstanding):
        return _of_running(outstanding)
    if any(brakes.hold(r.stage, project.tenant_id) for r in outstanding):
        return Waiting.PAUSE
    return _of_idle(outstanding)


def is_fetched(project: Project) -> bool:
    """Its recording is on the way, and no upload of its user's."""
    return project.state is State.CREATED and any(r.stage is Stage.FETCH for r in _outstanding(project))


def _outstanding(project: Project) -> list[Request]:
    return [request for request in project.requests if request.status is not Status.FAILED]


def _lacks_money(project: Project) -> bool:
    """It stopped for lack of budget: with more of it a retry goes on."""
    return project.failure is not None and project.failure.reason_code == "budget_exceeded"


def _of_running(outstanding: list[Request]) -> Waiting:
    running = next(r for r in outstanding if r.status is Status.RUNNING)
    return Waiting.PROVIDER if running.stage is Stage.ASSET else Waiting.WORKER


def _of_idle(outstanding: list[Request]) -> Waiting:
    statuses = {r.status for r in outstanding}
    if Status.ASKED in statuses:
        return Waiting.WORKER
    return Waiting.PROVIDER_SLOT if Status.READY in statuses else Waiting.RETRY


def next_attempt_at_s(project: Project) -> float | None:
    """When something is asked again by itself."""
    return min((r.retry_at_s for r in project.requests if r.retry_at_s is not None), default=None)
