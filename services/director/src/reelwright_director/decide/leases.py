"""Workers ask: may I begin, am I still wanted."""

from collections.abc import Mapping
from dataclasses import replace

from reelwright_director.decide.failing import attempt_lost, hand_back
from reelwright_director.decide.steps import note, remember
from reelwright_director.decision import Draft
from reelwright_director.expect import present
from reelwright_director.inputs import Beat, Begin, Drop, EndLeases, Go, Wait
from reelwright_director.state import HistoryEntry, Lease, Project, Request
from reelwright_director.terms import State, Status

_SHORTEST_WAIT_S = 0.05


def begin(draft: Draft, asked: Begin) -> None:
    """Answers go, drop or wait; a lease that has run out is a lost attempt, whoever notices first."""
    request = draft.project.request(asked.request_id)
    if request is not None and _has_run_out(draft, request):
        attempt_lost(draft, request)
        request = draft.project.request(asked.request_id)
    if request is not None and _is_redriven(draft.project, request, asked):
        request = replace(request, status=Status.ASKED, errors=0, losses=0, stalls=0, redrive=asked.redrive)
    if request is None or request.status in (Status.FAILED, Status.READY, Status.RETRYING):
        draft.answer = Drop(why_not(draft.project, asked.request_id))
    elif request.lease is not None:
        _answer_holder(draft, request, request.lease, asked)
    elif draft.context.brakes.hold(request.stage, draft.project.tenant_id):
        draft.answer = Wait(draft.context.policy.max_wait_s / 2)
    else:
        _grant(draft, request, asked)


def beat(draft: Draft, asked: Beat) -> None:
    """Renews the lease of this very attempt; any other attempt is told to stop. Nothing is paid for while paused."""
    request = draft.project.request(asked.request_id)
    lease = request.lease if request is not None else None
    if request is None or lease is None or (lease.worker, lease.attempt) != (asked.worker, asked.attempt):
        draft.answer = Drop("lost" if request is not None else why_not(draft.project, asked.request_id))
        return
    if asked.paying and draft.context.brakes.hold(request.stage, draft.project.tenant_id):
        hand_back(draft, request)
        draft.answer = Drop("paused")
        return
    _renew(draft, request, lease)


def end_leases(draft: Draft, _: EndLeases) -> None:
    """All holders are gone: every running attempt is lost. While nobody was there, no deadline ran."""
    for request in draft.project.requests:
        if request.deadline_at_s is None or draft.project.request(request.request_id) is None:
            continue
        rested = replace(request, deadline_at_s=_deadline_at_s(draft, request))
        if request.lease is not None:
            attempt_lost(draft, rested, is_to_blame=False)
        else:
            remember(draft, rested)


def why_not(project: Project, request_id: str) -> str:
    """Why nobody needs to do this request (any more)."""
    request = project.request(request_id)
    if request is not None:
        return "failed" if request.status is Status.FAILED else "superseded"
    if request_id in _done(project):
        return "done"
    return _ENDINGS.get(project.state, "superseded")


_ENDINGS: Mapping[State, str] = {State.CANCELED: "canceled", State.DELETED: "deleted", State.FAILED: "failed"}


def _done(project: Project) -> set[str]:
    transcripts, plans = {r.request_id for r in project.transcripts}, {r.request_id for r in project.plans}
    videos = {r.request_id for r in project.videos}
    return transcripts | plans | videos | {e.request_id for e in project.history if e.outcome == "done"}


def _is_redriven(project: Project, request: Request, asked: Begin) -> bool:
    """Whether an operator sent its dead letter again. Each redrive counts once: what fails again is dead again."""
    new = asked.redrive not in ("", request.redrive)
    return new and request.status is Status.FAILED and project.state is State.FAILED


def _has_run_out(draft: Draft, request: Request) -> bool:
    return request.lease is not None and request.lease.until_s <= draft.now_s


def _answer_holder(draft: Draft, request: Request, lease: Lease, asked: Begin) -> None:
    """The holder asks again when it never heard the answer; anybody else waits for the lease to end."""
    if lease.worker == asked.worker:
        _renew(draft, request, lease)
        return
    longest_s = draft.context.policy.max_wait_s
    draft.answer = Wait(min(longest_s, max(_SHORTEST_WAIT_S, lease.until_s - draft.now_s)))


def _deadline_at_s(draft: Draft, request: Request) -> float:
    return draft.now_s + draft.context.policy.deadline_s[request.stage]


def _grant(draft: Draft, request: Request, asked: Begin) -> None:
    attempt = draft.project.begun.get(request.request_id, 0) + 1
    deadline_at_s = request.deadline_at_s or _deadline_at_s(draft, request)
    draft.change(begun={**draft.project.begun, request.request_id: attempt})
    remember(draft, replace(request, deadline_at_s=deadline_at_s))
    note(
        draft,
        HistoryEntry(
            draft.now_s,
            "begun",
            request.stage,
            request.request_id,
            attempt,
            worker=asked.worker,
            trace_id=asked.trace_id,
        ),
    )
    _renew(draft, replace(request, deadline_at_s=deadline_at_s), Lease(asked.worker, attempt, 0.0))


def _renew(draft: Draft, request: Request, lease: Lease) -> None:
    """The lease runs on, never past the deadline."""
    left_s = max(0.0, present(request.deadline_at_s) - draft.now_s)
    until_s = draft.now_s + min(draft.context.policy.lease_s, left_s)
    held = replace(request, status=Status.RUNNING, lease=replace(lease, until_s=until_s))
    remember(draft, held)
    draft.answer = Go(lease.attempt, until_s - draft.now_s, left_s)
