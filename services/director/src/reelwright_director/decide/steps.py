"""The steps that every decision is made of: asking for work, ending it, remembering, failing."""

from dataclasses import replace
from typing import TypeAlias

from reelwright.events.v1.facts_pb2 import (
    AssetReady,
    AudioFetched,
    ScenesPlanned,
    TranscriptReady,
    VideoRendered,
    WorkFailed,
)
from reelwright_chassis.reasons import reason
from reelwright_chassis.trace import parse_trace
from reelwright_director import pictures
from reelwright_director.decide.messages import TOPICS, request_message
from reelwright_director.decision import Booking, Draft
from reelwright_director.policy import KEPT_HISTORY
from reelwright_director.state import Failure, HistoryEntry, Request
from reelwright_director.terms import Stage, State, Status


def ask(draft: Draft, request: Request) -> None:
    """Publish a request (for the first time, or again) and remember that it is asked."""
    asked = replace(request, status=Status.ASKED, lease=None, deadline_at_s=None, retry_at_s=None)
    remember(draft, asked)
    draft.send(TOPICS[request.stage], request.request_id, request_message(draft, request), trace=request.trace)


def order(draft: Draft, stage: Stage, request_id: str, *, revision: int = 0) -> None:
    """Ask for one piece of work, unless it is being done already."""
    had = draft.project.request(request_id)
    if had is None or had.status is Status.FAILED:
        ask(
            draft,
            Request(request_id, stage, Status.ASKED, since_s=draft.now_s, revision=revision, trace=draft.trace),
        )


def remember(draft: Draft, request: Request) -> None:
    """Add the request to the project, or put it in the place of its older self."""
    others = tuple(r for r in draft.project.requests if r.request_id != request.request_id)
    draft.change(requests=(*others, request))


def forget(draft: Draft, request: Request) -> None:
    """It is outstanding no longer. What it may have cost stays reserved until somebody tells."""
    draft.change(requests=tuple(r for r in draft.project.requests if r.request_id != request.request_id))
    begun = request.request_id in draft.project.begun
    if request.order is not None and begun and not pictures.is_verdict(draft.project, request):
        draft.change(unsettled={**draft.project.unsettled, request.request_id: request.order.cap_usd})


def settle(draft: Draft, request_id: str) -> None:
    """What it cost is told, or reserved by an order."""
    unsettled = draft.project.unsettled
    draft.change(unsettled={name: cap_usd for name, cap_usd in unsettled.items() if name != request_id})


def is_redriven(draft: Draft, request: Request) -> bool:
    """Whether it is tried again for a failed project, which goes on if that succeeds and stays as it is if not."""
    return bool(request.redrive) and draft.project.state is State.FAILED


def forget_failed(draft: Draft) -> None:
    """What had failed is remembered no longer, and not tried again on the side: its user decided otherwise."""
    for request in draft.project.requests:
        if request.status is Status.FAILED or is_redriven(draft, request):
            end_attempt(draft, request, "superseded")
            forget(draft, request)


def forget_all(draft: Draft, outcome: str) -> None:
    """Nothing is outstanding any more; running attempts are told so at their next `Beat`."""
    for request in draft.project.requests:
        end_attempt(draft, request, outcome)
        forget(draft, request)


def note(draft: Draft, entry: HistoryEntry) -> None:
    draft.change(history=(*draft.project.history, entry)[-KEPT_HISTORY:])


def note_command(draft: Draft, name: str, stage: Stage | None = None) -> None:
    step = parse_trace(draft.context.trace)
    trace_id = step.trace_id if step is not None else ""
    note(draft, HistoryEntry(draft.now_s, name, stage, ended_at_s=draft.now_s, trace_id=trace_id))


def end_attempt(draft: Draft, request: Request, outcome: str, reason_code: str = "") -> None:
    """Close the history of the attempt that holds the lease, if one does."""
    if request.lease is None:
        return
    key = (request.request_id, request.lease.attempt)
    ended = {"ended_at_s": draft.now_s, "outcome": outcome, "reason_code": reason_code}
    history = draft.project.history
    draft.change(
        history=tuple(replace(e, **ended) if (e.request_id, e.attempt) == key else e for e in history)  # type: ignore[arg-type]
    )


_Fact: TypeAlias = AudioFetched | TranscriptReady | ScenesPlanned | AssetReady | VideoRendered | WorkFailed


def book(draft: Draft, fact: _Fact) -> None:
    """Enter what was charged, once. For an asset a fact tells its cost so far, else its attempt's."""
    stage, attempt = stage_of(draft, fact), fact.work.attempt
    key = fact.request_id if stage is Stage.ASSET else f"{fact.request_id}#{attempt}"
    had_usd = draft.project.booked_usd.get(key)
    cost_usd = round(max(0.0, fact.work.cost_usd - (had_usd or 0.0)), 6)
    if not cost_usd and (had_usd is not None or not isinstance(fact, VideoRendered)):
        return
    outcome = "failed" if isinstance(fact, WorkFailed) else "done"
    draft.bookings.append(Booking(fact.request_id, attempt, stage, cost_usd, outcome))
    booked_usd = {**draft.project.booked_usd, key: round((had_usd or 0.0) + cost_usd, 6)}
    draft.change(cost_usd=round(draft.project.cost_usd + cost_usd, 6), booked_usd=booked_usd)
    if stage is Stage.ASSET:
        draft.change(asset_cost_usd=round(draft.project.asset_cost_usd + cost_usd, 6))


_STAGES = {
    AudioFetched: Stage.FETCH,
    TranscriptReady: Stage.TRANSCRIPTION,
    ScenesPlanned: Stage.PLAN,
    AssetReady: Stage.ASSET,
    VideoRendered: Stage.RENDER,
}


def stage_of(draft: Draft, fact: _Fact) -> Stage:
    """Which stage a fact is about; a failure of a request long forgotten is told by the request's name."""
    if not isinstance(fact, WorkFailed):
        return _STAGES[type(fact)]
    request = draft.project.request(fact.request_id)
    if request is not None:
        return request.stage
    prefix = fact.request_id.rpartition("-")[0]
    return next((stage for stage in _NAMED_SO if stage.value == prefix), Stage.ASSET)


_NAMED_SO = (Stage.FETCH, Stage.TRANSCRIPTION, Stage.PLAN, Stage.RENDER)
"""Stages whose requests' names begin with theirs."""


def fail(draft: Draft, stage: Stage, reason_code: str, message: str = "", remedy: str = "") -> None:
    """The project stops here. What runs may end (it may be paid for); what nobody has begun is taken back."""
    entry = reason(reason_code)
    failure = Failure(
        stage, reason_code, message or entry.message, remedy or entry.remedy, entry.retryable, entry.charged
    )
    for request in draft.project.requests:
        if request.status not in (Status.RUNNING, Status.FAILED):
            forget(draft, request)
    draft.change(state=State.FAILED, failure=failure)
