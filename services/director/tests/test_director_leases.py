"""Leases: who may begin, who must stop, and what becomes of attempts that end badly or without a word."""

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.inputs import Drop, Go, Wait
from reelwright_director.policy import Policy
from reelwright_director.terms import Stage, State, Status, Waiting
from reelwright_director.testing.messages import answer, blob, failure
from reelwright_director.testing.world import World
from reelwright_director.waiting import next_attempt_at_s, waiting_on


@pytest.fixture
def world() -> World:
    """Waits for a transcription."""
    made = World()
    made.create()
    made.upload()
    return made


@pytest.fixture
def request_(world: World) -> requests.TranscriptionRequested:
    return world.sent(requests.TranscriptionRequested)[0]


def go(world: World, request_id: str, worker: str = "w1") -> Go:
    answered = world.begin(request_id, worker)
    assert isinstance(answered, Go)
    return answered


def wait(world: World, seconds: float) -> None:
    world.now_s += seconds
    world.do(inputs.Tick())


def reason_code(world: World) -> str:
    return world.project.failure.reason_code if world.project.failure else ""


# --- begin and beat ---------------------------------------------------------------------------------------------------


def test_the_first_to_ask_goes_and_others_wait(world: World, request_: requests.TranscriptionRequested) -> None:
    assert go(world, request_.request_id) == Go(1, 45.0, 900.0)
    assert world.begin(request_.request_id, "w2") == Wait(5.0)
    world.now_s += 43.0
    assert world.begin(request_.request_id, "w2") == Wait(2.0)


def test_the_holder_may_ask_again(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    world.now_s += 10.0
    assert go(world, request_.request_id) == Go(1, 45.0, 890.0)


def test_beats_keep_the_lease_until_the_deadline(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    for _ in range(59):
        wait(world, 15.0)
        assert isinstance(world.do(inputs.Beat(request_.request_id, "w1", 1)), Go)
    wait(world, 15.0)
    assert world.do(inputs.Beat(request_.request_id, "w1", 1)) == Drop("lost")


def test_only_the_holder_may_beat(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    assert world.do(inputs.Beat(request_.request_id, "w2", 1)) == Drop("lost")
    assert world.do(inputs.Beat(request_.request_id, "w1", 2)) == Drop("lost")


def test_what_nobody_wants_is_dropped_with_its_reason(world: World, request_: requests.TranscriptionRequested) -> None:
    begun = go(world, request_.request_id)
    done = answer(request_, attempt=begun.attempt)
    assert isinstance(done, facts.TranscriptReady)
    world.do(done)
    assert world.begin(request_.request_id) == Drop("done")
    (plan,) = world.sent(requests.PlanRequested)
    world.do(inputs.Cancel())
    assert world.begin(plan.request_id) == Drop("canceled")
    world.do(inputs.Delete())
    assert world.begin(plan.request_id) == Drop("deleted")


def test_cancel_reaches_running_work(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    world.do(inputs.Cancel())
    assert world.do(inputs.Beat(request_.request_id, "w1", 1)) == Drop("canceled")
    assert world.project.history[-2].outcome == "canceled"


def test_brakes_hold_new_work_and_let_running_work_go_on(
    world: World, request_: requests.TranscriptionRequested
) -> None:
    world.context = world.context.__class__(0.0, brakes=Brakes(frozenset({("transcription", "t1")})))
    assert world.begin(request_.request_id) == Wait(2.5)
    assert waiting_on(world.project, world.context.brakes) is Waiting.PAUSE
    world.context = world.context.__class__(0.0)
    go(world, request_.request_id)
    world.context = world.context.__class__(0.0, brakes=Brakes(frozenset({(ALL, ALL)})))
    assert isinstance(world.do(inputs.Beat(request_.request_id, "w1", 1)), Go)


@pytest.mark.parametrize(
    ("pair", "holds"), [((ALL, ALL), True), (("plan", ALL), True), ((ALL, "t2"), False), (("plan", "t1"), True)]
)
def test_brakes_name_stages_and_tenants(pair: tuple[str, str], holds: bool) -> None:
    assert Brakes(frozenset({pair})).hold(Stage.PLAN, "t1") is holds


# --- attempts without a word ------------------------------------------------------------------------------------------


def test_a_lost_attempt_goes_to_whoever_asks_next(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    world.now_s += 45.0
    assert go(world, request_.request_id, "w2").attempt == 2
    assert [e.outcome for e in world.project.history if e.attempt] == ["lost", "begun"]
    assert len(world.sent(requests.TranscriptionRequested)) == 1, "the bus delivers it again by itself"


def test_too_many_losses_end_it(world: World, request_: requests.TranscriptionRequested) -> None:
    for _ in range(Policy().max_losses):
        go(world, request_.request_id)
        lose(world)
    assert (world.project.state, reason_code(world)) == (State.FAILED, "workers_lost")
    topics = [topic for topic, m in world.published if m == request_]
    assert topics == ["transcription.requests"] * (Policy().max_losses - 1) + ["transcription.requests.dlq"]
    assert world.begin(request_.request_id) == Drop("failed")


def lose(world: World) -> None:
    """The lease runs out, and what is to be asked again is."""
    wait(world, 46.0)
    later_s = next_attempt_at_s(world.project)
    if later_s is not None:
        wait(world, later_s - world.now_s)


def test_lost_again_it_waits_a_while_of_its_own(world: World, request_: requests.TranscriptionRequested) -> None:
    for _ in range(2):
        go(world, request_.request_id)
        wait(world, 46.0)
    assert waiting_on(world.project) is Waiting.RETRY
    waits_s = (next_attempt_at_s(world.project) or 0.0) - world.now_s
    assert 10.0 <= waits_s <= 30.0
    assert world.begin(request_.request_id) == Drop("superseded"), "the record that the bus still has"
    wait(world, waits_s)
    assert len(world.sent(requests.TranscriptionRequested)) == 2
    assert go(world, request_.request_id).attempt == 3


def test_requests_that_were_lost_together_part() -> None:
    waits_s = []
    for number in range(8):
        other = World()
        other.create()
        other.do(inputs.CompleteUpload(blob(f"audio-projects/p1/audio-{number}")))
        (asked,) = other.sent(requests.TranscriptionRequested)
        for _ in range(2):
            go(other, asked.request_id)
            wait(other, 46.0)
        waits_s.append((next_attempt_at_s(other.project) or 0.0) - other.now_s)
    assert len(set(waits_s)) == len(waits_s)
    assert max(waits_s) - min(waits_s) > 5.0


def test_a_restart_ends_leases_at_once_and_gives_time_anew(
    world: World, request_: requests.TranscriptionRequested
) -> None:
    go(world, request_.request_id)
    world.now_s += 10_000.0
    world.do(inputs.EndLeases())
    wait(world, 0.0)
    assert go(world, request_.request_id, "w2") == Go(2, 45.0, 900.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 1


def test_a_restart_is_not_what_the_request_did(world: World, request_: requests.TranscriptionRequested) -> None:
    for worker in ("w1", "w2", "w3"):
        go(world, request_.request_id, worker)
        world.do(inputs.EndLeases())
    assert go(world, request_.request_id, "w4").attempt == 4


def test_a_restart_leaves_a_safety_net(world: World, request_: requests.TranscriptionRequested) -> None:
    """Should the bus have nothing to deliver again, the deadline asks."""
    go(world, request_.request_id)
    wait(world, 46.0)
    world.now_s += 10_000.0
    world.do(inputs.EndLeases())
    wait(world, 899.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 1
    wait(world, 1.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 2


def test_a_failure_told_after_the_loss_still_counts(world: World, request_: requests.TranscriptionRequested) -> None:
    """Its worker has committed the record: without this nobody would ever be asked again."""
    go(world, request_.request_id)
    world.do(inputs.EndLeases())
    world.do(failure(request_, retryable=True))
    assert world.project.requests[0].status is Status.RETRYING
    wait(world, 10.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 2


def test_a_failure_of_an_older_attempt_does_not(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    wait(world, 50.0)
    go(world, request_.request_id, "w2")
    before = world.project
    world.do(failure(request_, retryable=True, attempt=1))
    assert world.project == before


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_again_while_it_waits_in_the_bus(
    world: World, request_: requests.TranscriptionRequested
) -> None:
    wait(world, 1e6)
    assert due_at_s(world.project) is None
    assert world.project.waiting.on is Waiting.WORKER
    assert len(world.sent(requests.TranscriptionRequested)) == 1


def test_past_the_deadline_once_more_then_it_stalls(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    wait(world, 901.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 2
    go(world, request_.request_id, "w2")
    wait(world, 901.0)
    assert (world.project.state, reason_code(world)) == (State.FAILED, "stalled")


def test_a_result_after_the_deadline_counts(world: World, request_: requests.TranscriptionRequested) -> None:
    for _ in range(2):
        go(world, request_.request_id)
        wait(world, 901.0)
    assert world.project.state is State.FAILED
    late = answer(request_)
    assert isinstance(late, facts.TranscriptReady)
    world.do(late)
    assert (world.project.state, world.project.failure) == (State.PLANNING, None)


# --- attempts that fail -----------------------------------------------------------------------------------------------


def test_a_mishap_is_tried_again_when_due(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    world.do(failure(request_, retryable=True, retry_after_s=30.0))
    assert (world.project.state, world.project.waiting.on) == (State.TRANSCRIBING, Waiting.RETRY)
    assert next_attempt_at_s(world.project) == world.now_s + 30.0
    assert world.begin(request_.request_id, "w2") == Drop("superseded"), "it will be asked again"
    wait(world, 29.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 1
    wait(world, 1.0)
    assert len(world.sent(requests.TranscriptionRequested)) == 2
    assert go(world, request_.request_id).attempt == 2


def test_the_same_mishap_told_twice_is_one(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    fact = failure(request_, retryable=True)
    world.do(fact)
    before = world.project
    world.do(fact)
    assert world.project == before


def test_too_many_mishaps_end_it(world: World, request_: requests.TranscriptionRequested) -> None:
    for attempt in range(1, Policy().max_errors + 1):
        go(world, request_.request_id)
        world.do(failure(request_, retryable=True, attempt=attempt))
        wait(world, 301.0)
    assert (world.project.state, reason_code(world)) == (State.FAILED, "attempts_exhausted")


def test_a_named_cause_is_kept(world: World, request_: requests.TranscriptionRequested) -> None:
    for attempt in range(1, Policy().max_errors + 1):
        go(world, request_.request_id)
        world.do(failure(request_, "kling_credentials", retryable=True, attempt=attempt, retry_after_s=1.0))
        wait(world, 301.0)
    assert reason_code(world) == "kling_credentials"


def test_a_busy_provider_is_waited_for_a_day(world: World, request_: requests.TranscriptionRequested) -> None:
    def busy(attempt: int) -> None:
        go(world, request_.request_id)
        world.do(failure(request_, "kling_busy", retryable=True, attempt=attempt, retry_after_s=3_600.0))
        wait(world, 3_600.0)

    for attempt in range(1, 25):
        busy(attempt)
    assert world.project.state is State.TRANSCRIBING
    for attempt in range(25, 25 + Policy().max_errors):
        busy(attempt)
    assert (world.project.state, reason_code(world)) == (State.FAILED, "kling_busy")


def test_a_verdict_ends_it_with_its_message_and_remedy(world: World, request_: requests.TranscriptionRequested) -> None:
    go(world, request_.request_id)
    verdict = failure(request_, "plan_no_words")
    verdict.remedy = "Say something."
    world.do(verdict)
    failed = world.project.failure
    assert failed is not None
    assert (failed.message, failed.remedy, failed.retryable) == ("it failed", "Say something.", False)
    world.do(inputs.Retry())
    assert go(world, request_.request_id).attempt == 2, "the same request, and no attempt's number twice"


def test_a_fault_of_ours_stops_the_project_and_a_retry_goes_on(world: World) -> None:
    world.do(inputs.Fault())
    assert (world.project.state, reason_code(world)) == (State.FAILED, "internal")
    world.do(inputs.Retry())
    world.serve()
    assert world.project.state is State.COMPLETED
    world.do(inputs.Fault())
    assert world.project.state is State.COMPLETED
