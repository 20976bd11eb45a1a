"""One paid call, made once: the state machine of a submission. Pure; the time is passed in.

    intent --post--> posting --accepted or found--> running --> succeeded | failed
       ^                | |
       |  refused for   | +-- no answer: looked up for `unsure_s`; when nobody knows it: intent
       +-- the moment --+

`posting` is stored before a POST is sent, so whoever finds it there does not know whether a task exists, and looks.
`intent` says the opposite: no task exists, as far as a refusal or a full round of look-ups can tell.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Order
from reelwright_kling_gateway.client.task import Charge, Status, Task
from reelwright_kling_gateway.ladder import FailureKind, Rung
from reelwright_kling_gateway.steps import (
    Begun,
    Done,
    GiveUp,
    Known,
    LookUp,
    LookUpFailed,
    Observation,
    Policy,
    Post,
    Refused,
    Step,
    Unseen,
    Watch,
)


class State(StrEnum):
    INTENT = "intent"
    POSTING = "posting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is stored of one rung's paid call: the order, and how far it is.

    `known_to_exist`: the vendor refused a POST because it has the task, so no other one is ever sent. `failure` with
    SUCCEEDED is LOST: it was made, and its file cannot be had. `message` is the vendor's text.
    """

    asset_id: str
    rung: Rung
    order: Order
    estimate_usd: float
    state: State = State.INTENT
    task_id: str = ""
    known_to_exist: bool = False
    failure: FailureKind | None = None
    message: str = ""
    charges: tuple[Charge, ...] = ()

    @property
    def terminal(self) -> bool:
        return self.state in (State.SUCCEEDED, State.FAILED)

    @property
    def charged(self) -> bool:
        """Whether the provider deducted something: it says so, or it succeeded, or it may have and the task is lost."""
        made = self.state is State.SUCCEEDED or self.failure is FailureKind.LOST
        return made or any(charge.amount for charge in self.charges)


@dataclass(frozen=True, slots=True)
class Effort:
    """One attempt's work on a submission: never stored, so that whoever takes over starts its own full round.

    `posts` are those without an answer; `since_s` and `tries` are of the present trouble: doubt, or refusals in a row.
    """

    submission: Submission
    posts: int = 0
    since_s: float = 0.0
    tries: int = 0


_FOR_THE_MOMENT = (Reaction.RATE_LIMIT, Reaction.SLOT_FULL, Reaction.NOT_SENT)
_FAILURES = {
    Reaction.PERMANENT_PROMPT: FailureKind.PROMPT,
    Reaction.PERMANENT_REQUEST: FailureKind.REQUEST,
    Reaction.NOT_FOUND: FailureKind.REQUEST,
}
_UNANSWERED = KlingError(Reaction.AMBIGUOUS, "Kling does not say whether it took the order.")


def next_step(effort: Effort, observation: Observation, now_s: float, policy: Policy) -> tuple[Effort, Step]:
    """What was seen becomes the effort's new state, and what to do next. `now_s` is a clock that never jumps."""
    match observation:
        case Begun():
            return _begin(effort, now_s)
        case Known(task):
            return _on_task(effort, task)
        case Refused(error):
            return _on_refusal(effort, error, now_s, policy)
        case Unseen(asked_s):
            return _on_unseen(effort, asked_s, policy)
        case LookUpFailed(error):
            return _on_failed_look_up(effort, error, now_s, policy)
    gone = replace(effort.submission, state=State.FAILED, failure=FailureKind.LOST)
    return replace(effort, submission=gone), Done()


def posting(effort: Effort) -> Effort:
    """The effort as it must be stored before its POST is sent."""
    return replace(effort, submission=replace(effort.submission, state=State.POSTING), posts=effort.posts + 1)


def not_posted(effort: Effort) -> Effort:
    """The effort when the POST that `posting` announced was never sent."""
    return replace(effort, submission=replace(effort.submission, state=State.INTENT), posts=effort.posts - 1)


def lost(submission: Submission) -> Submission:
    """A success whose file cannot be had."""
    return replace(submission, failure=FailureKind.LOST)


def _begin(effort: Effort, now_s: float) -> tuple[Effort, Step]:
    match effort.submission.state:
        case State.INTENT:
            return effort, Post()
        case State.POSTING:
            return _doubt(effort, now_s), LookUp()
        case State.RUNNING:
            return effort, Watch()
    return effort, Done()


def _doubt(effort: Effort, now_s: float) -> Effort:
    return replace(effort, since_s=now_s, tries=0)


def _on_task(effort: Effort, task: Task) -> tuple[Effort, Step]:
    changed = replace(effort.submission, state=State.RUNNING, task_id=task.id, message=task.message)
    if not task.terminal:
        return replace(effort, submission=changed, tries=0), Watch()
    if task.status is Status.SUCCEEDED:
        changed = replace(changed, state=State.SUCCEEDED, charges=task.charges)
    else:
        changed = replace(changed, state=State.FAILED, charges=task.charges, failure=_failure_of(task.message))
    return replace(effort, submission=changed), Done()


_PROMPT_FAILURES = ("risk control", "sensitive", "content security", "policy", "violat", "inappropriate")


def _failure_of(message: str) -> FailureKind:
    """A failed task has a text and no code; the one that everybody quotes is about risk control."""
    text = message.lower()
    return FailureKind.PROMPT if any(words in text for words in _PROMPT_FAILURES) else FailureKind.GENERATION


def _on_refusal(effort: Effort, error: KlingError, now_s: float, policy: Policy) -> tuple[Effort, Step]:
    if error.reaction is Reaction.AMBIGUOUS:
        return _doubt(effort, now_s), LookUp()
    if error.reaction is Reaction.DUPLICATE:
        known = replace(effort.submission, known_to_exist=True)
        return replace(_doubt(effort, now_s), submission=known), LookUp()
    if error.reaction in _FAILURES:
        failed = replace(
            effort.submission, state=State.FAILED, failure=_FAILURES[error.reaction], message=error.message
        )
        return replace(effort, submission=failed), Done()
    refused = replace(
        effort, submission=replace(effort.submission, state=State.INTENT), posts=0, tries=effort.tries + 1
    )
    if effort.tries == 0:
        refused = replace(refused, since_s=now_s)
    return refused, _after_refusal(refused, error, now_s, policy)


def _after_refusal(effort: Effort, error: KlingError, now_s: float, policy: Policy) -> Step:
    if error.reaction not in _FOR_THE_MOMENT:
        return GiveUp(error)
    delay_s = min(policy.back_off_max_s, policy.back_off_s * 2.0 ** (effort.tries - 1))
    delay_s = max(delay_s, error.retry_after_s or 0.0)
    if error.reaction is not Reaction.SLOT_FULL and now_s + delay_s - effort.since_s > policy.hold_s:
        return GiveUp(error)
    return Post(after_s=delay_s)


def _on_unseen(effort: Effort, asked_s: float, policy: Policy) -> tuple[Effort, Step]:
    """Silence of the full length is taken as "there is none"; but what the vendor said exists is never bought again."""
    waited_s = asked_s - effort.since_s
    if not effort.submission.known_to_exist and waited_s >= policy.unsure_s:
        if effort.posts >= policy.posts:
            return effort, GiveUp(_UNANSWERED)
        intent = replace(effort.submission, state=State.INTENT)
        return replace(effort, submission=intent, tries=0), Post()
    if waited_s >= policy.give_up_s:
        return effort, GiveUp(_UNANSWERED)
    return effort, LookUp(after_s=policy.look_up_s)


def _on_failed_look_up(effort: Effort, error: KlingError, now_s: float, policy: Policy) -> tuple[Effort, Step]:
    person_needed = error.reaction in (Reaction.FIX_CREDENTIALS, Reaction.HUMAN, Reaction.STOP_FAMILY)
    if person_needed or now_s - effort.since_s >= policy.give_up_s:
        return effort, GiveUp(error)
    return effort, LookUp(after_s=max(policy.look_up_s, error.retry_after_s or 0.0))
