"""Attempts that end badly: when the same request is asked again, and when it is given up."""

import hashlib
from dataclasses import replace

from reelwright.events.v1.facts_pb2 import WorkFailed
from reelwright_chassis.letters import death_headers
from reelwright_chassis.reasons import Actor, reason
from reelwright_chassis.topics import dead_letters_of, topics
from reelwright_director.decide.messages import TOPICS, request_message
from reelwright_director.decide.steps import ask, end_attempt, fail, forget, is_redriven, remember
from reelwright_director.decision import Draft
from reelwright_director.state import Request
from reelwright_director.terms import Stage, State, Status

WORKS_ON = {
    Stage.FETCH: State.CREATED,
    Stage.TRANSCRIPTION: State.TRANSCRIBING,
    Stage.PLAN: State.PLANNING,
    Stage.ASSET: State.GENERATING,
    Stage.RENDER: State.COMPILING,
}
_VAGUE = frozenset({"", "transient", "internal"})
"""Reason codes that say less than "tried too often"."""


def attempt_failed(draft: Draft, request: Request, fact: WorkFailed) -> None:
    """A handler's error, or a provider that puts us off: again later, as long as there are attempts left."""
    end_attempt(draft, request, "failed", fact.reason_code)
    now_s, policy = draft.now_s, draft.context.policy
    postponed = _is_outage(fact) and now_s - request.since_s < policy.max_postponed_s
    errors = request.errors + (0 if postponed else 1)
    if errors >= policy.max_errors:
        code = "attempts_exhausted" if fact.reason_code in _VAGUE else fact.reason_code
        give_up(draft, request, code, fact.message, fact.remedy, dead=True)
        return
    if not _is_worked_on(draft, request):
        let_go(draft, request, fact.reason_code)
        return
    wait_s = max(fact.retry_after_s, 0.0 if postponed else _backoff_s(draft, request.errors))
    _put_off(draft, replace(request, errors=errors, failed=fact.work.attempt), wait_s)


def _backoff_s(draft: Draft, before: int) -> float:
    policy = draft.context.policy
    return min(policy.max_backoff_s, policy.backoff_s * 2.0**before)


def _put_off(draft: Draft, request: Request, wait_s: float) -> None:
    """Ask it again then."""
    later = replace(request, status=Status.RETRYING, lease=None, deadline_at_s=None)
    remember(draft, replace(later, retry_at_s=draft.now_s + wait_s))


def _is_outage(fact: WorkFailed) -> bool:
    """A cause outside that nobody here can mend (busy, unreachable, out of slots): waiting is no failure of ours."""
    return fact.retry_after_s > 0 and fact.reason_code not in _VAGUE and reason(fact.reason_code).actor is Actor.NOBODY


def let_go(draft: Draft, request: Request, reason_code: str) -> None:
    """Nobody works towards its result any more. One that came by a redrive is a dead letter again."""
    if is_redriven(draft, request):
        bury(draft, request, reason_code)
        remember_failed(draft, request)
    else:
        forget(draft, request)


def attempt_lost(draft: Draft, request: Request, *, is_to_blame: bool = True) -> None:
    """The lease ran out without a word. Its record was not committed: the bus delivers it again, nothing is asked.

    Lost again, it may be what kills its process, and with it the attempts that its neighbours have there: from then on
    it waits and is asked anew, each request at a time of its own, so that they part. `is_to_blame=False` where
    everything was ended from outside.
    """
    end_attempt(draft, request, "lost")
    losses = request.losses + 1
    if losses >= draft.context.policy.max_losses:
        give_up(draft, request, "workers_lost", dead=True)
    elif not _is_worked_on(draft, request) and not is_redriven(draft, request):
        forget(draft, request)
    elif losses == 1 or not is_to_blame or is_redriven(draft, request):
        remember(draft, replace(request, status=Status.ASKED, lease=None, losses=losses))
    else:
        wait_s = _backoff_s(draft, losses) * _spread(request.request_id, losses)
        _put_off(draft, replace(request, losses=losses), wait_s)


def _spread(request_id: str, losses: int) -> float:
    """Between 0.5 and 1.5, other for each request and loss; the same when it is decided again."""
    digest = hashlib.sha256(f"{request_id}/{losses}".encode()).digest()
    return 0.5 + int.from_bytes(digest[:4], "big") / 2.0**32


def hand_back(draft: Draft, request: Request) -> None:
    """Paused before it was paid for: no fault of the attempt. It is asked again once the brake is off."""
    end_attempt(draft, request, "paused")
    if not _is_worked_on(draft, request):
        let_go(draft, request, "paused")
    elif request.order is not None:
        remember(draft, replace(request, status=Status.READY, lease=None, deadline_at_s=None))
    else:
        ask(draft, request)


def stalled(draft: Draft, request: Request) -> None:
    """Past the deadline: the same request once more, then no more."""
    end_attempt(draft, request, "stalled", "stalled")
    if request.stalls >= draft.context.policy.max_stalls:
        give_up(draft, request, "stalled", dead=True)
    else:
        ask_again(draft, replace(request, stalls=request.stalls + 1))


def ask_again(draft: Draft, request: Request) -> None:
    """Publish it again, if its result is still wanted."""
    if _is_worked_on(draft, request):
        ask(draft, request)
    else:
        let_go(draft, request, "stalled")


def give_up(
    draft: Draft, request: Request, reason_code: str, message: str = "", remedy: str = "", *, dead: bool = False
) -> None:
    """The request failed for good, and so does the project that waits for it. The request is remembered."""
    working = _is_worked_on(draft, request)
    if not working and draft.project.state is not State.FAILED:
        forget(draft, request)
        return
    if dead and (working or is_redriven(draft, request)):
        bury(draft, request, reason_code)
    remember_failed(draft, request)
    if working:
        fail(draft, request.stage, reason_code, message, remedy)


def remember_failed(draft: Draft, request: Request) -> None:
    """Given up, and remembered: a success that comes late, or by a redrive, still resumes the project."""
    remember(draft, replace(request, status=Status.FAILED, lease=None, deadline_at_s=None, retry_at_s=None))


def bury(draft: Draft, request: Request, reason_code: str) -> None:
    """Put the request among the dead letters of its topic, as it was asked."""
    topic = TOPICS[request.stage]
    headers = death_headers(
        topic=topic,
        group=topics().topics[topic].groups[0],
        attempts=draft.project.begun.get(request.request_id, 0),
        failed_at_s=draft.now_s,
        error=reason_code or "transient",
    )
    draft.send(
        dead_letters_of(topic), request.request_id, request_message(draft, request), headers, trace=request.trace
    )


def _is_worked_on(draft: Draft, request: Request) -> bool:
    return draft.project.state is WORKS_ON[request.stage]
