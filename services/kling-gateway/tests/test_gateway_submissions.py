"""The state machine of a paid call: line by line, and against a provider that does its worst."""

from dataclasses import dataclass, field, replace
from enum import Enum, auto

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Status, Task
from reelwright_kling_gateway.ladder import FailureKind, Rung
from reelwright_kling_gateway.steps import (
    Begun,
    Done,
    GiveUp,
    Gone,
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
from reelwright_kling_gateway.submissions import Effort, State, Submission, lost, next_step, not_posted, posting

POLICY = Policy()
ORDER = Order(Product.CLIP, "kling-3.0", "waves", "9:16", "720p", 8, "asset-planned")
INTENT = Submission("asset", Rung.PLANNED, ORDER, 0.67)


def error(reaction: Reaction, retry_after_s: float | None = None) -> KlingError:
    return KlingError(reaction, "text", retry_after_s=retry_after_s)


def see(effort: Effort, observation: Observation, now_s: float = 0.0) -> tuple[Effort, Step]:
    return next_step(effort, observation, now_s, POLICY)


def posted(**changes: object) -> Effort:
    return posting(Effort(replace(INTENT, **changes)))  # type: ignore[arg-type]


def in_doubt(since_s: float = 0.0) -> Effort:
    return see(posted(), Refused(error(Reaction.AMBIGUOUS)), since_s)[0]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.INTENT, Post()),
        (State.POSTING, LookUp()),
        (State.RUNNING, Watch()),
        (State.SUCCEEDED, Done()),
        (State.FAILED, Done()),
    ],
)
def test_whoever_begins_goes_on_from_what_is_stored(state: State, step: Step) -> None:
    effort, chosen = see(Effort(replace(INTENT, state=state)), Begun())
    assert chosen == step
    assert effort.submission.state is state


def test_posting_is_written_before_the_post_and_taken_back_when_nothing_was_sent() -> None:
    assert (posted().submission.state, posted().posts) == (State.POSTING, 1)
    assert not_posted(posted()) == Effort(INTENT)


@pytest.mark.parametrize(
    ("status", "message", "state", "failure", "step"),
    [
        (Status.SUBMITTED, "", State.RUNNING, None, Watch()),
        (Status.PROCESSING, "", State.RUNNING, None, Watch()),
        (Status.UNKNOWN, "", State.RUNNING, None, Watch()),
        (Status.SUCCEEDED, "", State.SUCCEEDED, None, Done()),
        (Status.FAILED, "Failure to pass the risk control system", State.FAILED, FailureKind.PROMPT, Done()),
        (Status.FAILED, "out of luck", State.FAILED, FailureKind.GENERATION, Done()),
    ],
)
def test_a_task_decides(status: Status, message: str, state: State, failure: FailureKind | None, step: Step) -> None:
    effort, chosen = see(posted(), Known(Task("7", status, message)))
    assert chosen == step
    assert (effort.submission.state, effort.submission.failure) == (state, failure)
    assert effort.submission.task_id == "7"


@pytest.mark.parametrize(
    ("reaction", "failure"),
    [
        (Reaction.PERMANENT_PROMPT, FailureKind.PROMPT),
        (Reaction.PERMANENT_REQUEST, FailureKind.REQUEST),
        (Reaction.NOT_FOUND, FailureKind.REQUEST),
    ],
)
def test_a_refusal_for_good_ends_it_uncharged(reaction: Reaction, failure: FailureKind) -> None:
    effort, step = see(posted(), Refused(error(reaction)))
    assert step == Done()
    assert (effort.submission.state, effort.submission.failure) == (State.FAILED, failure)
    assert not effort.submission.charged


@pytest.mark.parametrize("reaction", [Reaction.FIX_CREDENTIALS, Reaction.REMINT, Reaction.STOP_FAMILY, Reaction.HUMAN])
def test_what_a_person_must_cure_is_given_up_with_nothing_bought(reaction: Reaction) -> None:
    effort, step = see(posted(), Refused(error(reaction)))
    assert isinstance(step, GiveUp)
    assert step.error.reaction is reaction
    assert effort.submission.state is State.INTENT


def test_a_full_slot_is_waited_out_for_as_long_as_it_takes() -> None:
    effort, now_s, waits = posted(), 0.0, []
    for _ in range(60):
        effort, step = see(effort, Refused(error(Reaction.SLOT_FULL)), now_s)
        assert isinstance(step, Post)
        assert effort.submission.state is State.INTENT
        waits.append(step.after_s)
        now_s += step.after_s
        effort = posting(effort)
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert max(waits) == POLICY.back_off_max_s


@pytest.mark.parametrize("reaction", [Reaction.RATE_LIMIT, Reaction.NOT_SENT])
def test_other_refusals_for_the_moment_are_waited_out_for_a_minute(reaction: Reaction) -> None:
    effort, now_s = posted(), 1000.0
    while True:
        effort, step = see(effort, Refused(error(reaction)), now_s)
        if not isinstance(step, Post):
            break
        now_s += step.after_s
        effort = posting(effort)
    assert isinstance(step, GiveUp)
    assert 40.0 < now_s - 1000.0 <= POLICY.hold_s
    assert effort.submission.state is State.INTENT


def test_retry_after_is_honoured() -> None:
    assert see(posted(), Refused(error(Reaction.RATE_LIMIT, 20.0)))[1] == Post(after_s=20.0)
    _, step = see(posted(), Refused(error(Reaction.RATE_LIMIT, 90.0)))
    assert isinstance(step, GiveUp)


def test_a_post_without_an_answer_is_looked_for_the_full_minute() -> None:
    effort, step = see(posted(), Refused(error(Reaction.AMBIGUOUS)), 100.0)
    assert step == LookUp()
    effort, step = see(effort, Unseen(asked_s=159.9), 170.0)
    assert step == LookUp(after_s=POLICY.look_up_s)
    assert effort.submission.state is State.POSTING
    effort, step = see(effort, Unseen(asked_s=160.0), 170.0)
    assert step == Post()
    assert effort.submission.state is State.INTENT


def test_it_is_not_posted_without_end() -> None:
    effort = Effort(INTENT)
    for _ in range(POLICY.posts):
        effort, _ = see(posting(effort), Refused(error(Reaction.AMBIGUOUS)), 0.0)
        effort, step = see(effort, Unseen(asked_s=60.0), 60.0)
    assert isinstance(step, GiveUp)
    assert effort.submission.state is State.POSTING


def test_what_exists_is_looked_for_and_never_posted_again() -> None:
    effort, step = see(posted(), Refused(error(Reaction.DUPLICATE)), 0.0)
    assert step == LookUp()
    assert effort.submission.known_to_exist
    assert see(effort, Unseen(asked_s=61.0), 61.0)[1] == LookUp(after_s=POLICY.look_up_s)
    assert isinstance(see(effort, Unseen(asked_s=301.0), 301.0)[1], GiveUp)
    resumed = Effort(effort.submission)
    assert see(resumed, Begun(), 400.0)[1] == LookUp()
    assert see(replace(resumed, since_s=400.0), Unseen(asked_s=470.0))[1] == LookUp(after_s=POLICY.look_up_s)


def test_a_look_up_without_an_answer_proves_nothing() -> None:
    assert see(in_doubt(), LookUpFailed(error(Reaction.AMBIGUOUS)), 200.0)[1] == LookUp(after_s=POLICY.look_up_s)
    assert see(in_doubt(), LookUpFailed(error(Reaction.RATE_LIMIT, 9.0)), 0.0)[1] == LookUp(after_s=9.0)
    effort, step = see(in_doubt(), LookUpFailed(error(Reaction.AMBIGUOUS)), 300.0)
    assert isinstance(step, GiveUp)
    assert effort.submission.state is State.POSTING
    assert isinstance(see(in_doubt(), LookUpFailed(error(Reaction.FIX_CREDENTIALS)))[1], GiveUp)


def test_a_task_that_vanished_counts_as_paid_and_lost() -> None:
    effort, step = see(Effort(replace(INTENT, state=State.RUNNING, task_id="7")), Gone())
    assert step == Done()
    assert effort.submission.failure is FailureKind.LOST
    assert effort.submission.charged


def test_a_success_without_a_file_is_lost() -> None:
    made = replace(INTENT, state=State.SUCCEEDED)
    assert lost(made).failure is FailureKind.LOST
    assert lost(made).charged


class Answer(Enum):
    """What the provider does with a POST."""

    OK = auto()
    CREATED_UNANSWERED = auto()
    UNANSWERED = auto()
    PROMPT = auto()
    SLOT_FULL = auto()
    RATE_LIMIT = auto()
    NOT_SENT = auto()
    BALANCE = auto()


REACTIONS = {
    Answer.UNANSWERED: Reaction.AMBIGUOUS,
    Answer.PROMPT: Reaction.PERMANENT_PROMPT,
    Answer.SLOT_FULL: Reaction.SLOT_FULL,
    Answer.RATE_LIMIT: Reaction.RATE_LIMIT,
    Answer.NOT_SENT: Reaction.NOT_SENT,
    Answer.BALANCE: Reaction.STOP_FAMILY,
}


class Crash(Exception):
    """The process is gone; what was stored stays."""


@dataclass
class World:
    """A provider on a clock: each task becomes visible late, duplicates of invisible ones are accepted or refused."""

    answers: list[Answer]
    crashes: list[bool]
    look_ups_fail: list[bool]
    visible_after_s: float
    refuses_duplicates: bool
    fails: bool
    now_s: float = 0.0
    made: list[float] = field(default_factory=list)
    stored: Submission = INTENT

    def maybe_crash(self) -> None:
        if self.crashes and self.crashes.pop():
            raise Crash

    def post(self) -> Observation:
        answer = self.answers.pop() if self.answers else Answer.OK
        if answer in REACTIONS:
            return Refused(error(REACTIONS[answer]))
        if self.made and self.refuses_duplicates:
            return Refused(error(Reaction.DUPLICATE))
        self.made.append(self.now_s)
        return Known(Task("7", Status.SUBMITTED)) if answer is Answer.OK else Refused(error(Reaction.AMBIGUOUS))

    def look_up(self) -> Observation:
        if self.look_ups_fail and self.look_ups_fail.pop():
            return LookUpFailed(error(Reaction.AMBIGUOUS))
        visible = [made_s for made_s in self.made if made_s + self.visible_after_s <= self.now_s]
        return Known(self.end()) if visible else Unseen(asked_s=self.now_s)

    def end(self) -> Task:
        return Task("7", Status.FAILED if self.fails else Status.SUCCEEDED, "no luck")


def attempt(world: World) -> None:
    """One process's work until the end, a give-up or a crash."""
    effort, step = next_step(Effort(world.stored), Begun(), world.now_s, POLICY)
    while not isinstance(step, Done | GiveUp):
        world.stored = effort.submission
        world.maybe_crash()
        effort, seen = act(world, effort, step)
        world.maybe_crash()
        effort, step = next_step(effort, seen, world.now_s, POLICY)
    world.stored = effort.submission


def act(world: World, effort: Effort, step: Step) -> tuple[Effort, Observation]:
    match step:
        case Post(after_s):
            world.now_s += after_s
            effort = posting(effort)
            world.stored = effort.submission
            world.maybe_crash()
            return effort, world.post()
        case LookUp(after_s):
            world.now_s += after_s
            return effort, world.look_up()
        case _:
            world.now_s += 30.0
            return effort, Known(world.end())


WORLDS = st.builds(
    World,
    answers=st.lists(st.sampled_from(Answer), max_size=8),
    crashes=st.lists(st.booleans(), max_size=24),
    look_ups_fail=st.lists(st.booleans(), max_size=12),
    visible_after_s=st.sampled_from([0.0, 5.0, 59.0, 60.0]),
    refuses_duplicates=st.booleans(),
    fails=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(WORLDS)
def test_nothing_is_ever_bought_twice_and_all_comes_to_an_end(world: World) -> None:
    attempts = 0
    while not world.stored.terminal:
        attempts += 1
        assert attempts < 60
        try:
            attempt(world)
        except Crash:
            world.now_s += 1.0
    assert len(world.made) <= 1
    event(f"{len(world.made)} made, {world.stored.state}")
    if not world.made:
        assert world.stored.failure is FailureKind.PROMPT
        assert not world.stored.charged
