"""The clock: what is due is done. Times that matter are kept in the project, so any replica may look."""

from dataclasses import replace

from reelwright.events.v1.facts_pb2 import ProjectDeleted
from reelwright_director.decide.failing import ask_again, attempt_lost, stalled
from reelwright_director.decide.steps import ask
from reelwright_director.decision import Draft, Removing
from reelwright_director.inputs import Dispatch, Tick
from reelwright_director.state import Project, Request
from reelwright_director.terms import State, Status


def due_at_s(project: Project) -> float | None:
    """When the next tick has something to do; None while only others can move the project."""
    times = [time for request in project.requests for time in _times(request)]
    times += project.removal.due_at_s if project.removal else ()
    return min(times, default=None)


def _times(request: Request) -> list[float]:
    times = (request.retry_at_s, request.deadline_at_s, request.lease.until_s if request.lease else None)
    return [time for time in times if time is not None]


def tick(draft: Draft, _: Tick) -> None:
    """Do all that is due by now."""
    for request in draft.project.requests:
        _look_at(draft, request.request_id)
    _remove(draft)


def _look_at(draft: Draft, request_id: str) -> None:
    """At most one thing is due for a request; the deadline comes before the lease."""
    request = draft.project.request(request_id)
    if request is None or request.status is Status.FAILED:
        return
    if request.deadline_at_s is not None and request.deadline_at_s <= draft.now_s:
        stalled(draft, request)
    elif request.lease is not None and request.lease.until_s <= draft.now_s:
        attempt_lost(draft, request)
    elif request.retry_at_s is not None and request.retry_at_s <= draft.now_s:
        ask_again(draft, request)


def dispatch(draft: Draft, wanted: Dispatch) -> None:
    """Ask for ready assets; those that are ready no longer are passed over."""
    if draft.project.state is not State.GENERATING:
        return
    for request in draft.project.requests:
        if request.request_id in wanted.request_ids and request.status is Status.READY:
            ask(draft, request)


def _remove(draft: Draft) -> None:
    """Of a deleted project: blobs, and what others keep; at once and once more a day later."""
    project = draft.project
    if project.removal is None or not any(due <= draft.now_s for due in project.removal.due_at_s):
        return
    later = tuple(due for due in project.removal.due_at_s if due > draft.now_s)
    prefixes = (f"audio-projects/{project.project_id}/", f"final-videos/{project.project_id}/")
    draft.removing = Removing(prefixes, project.ordered)
    told = ProjectDeleted(tenant_id=project.tenant_id, user_id=project.user_id, project_id=project.project_id)
    draft.send("project.deletions", project.project_id, told)
    draft.change(removal=replace(project.removal, due_at_s=later))
