"""Dead letters that are sent again: a project that failed for one goes on when it succeeds, and only then."""

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.inputs import Drop, Go, Wait
from reelwright_director.policy import Policy
from reelwright_director.state import Request
from reelwright_director.terms import Stage, State, Status
from reelwright_director.testing.messages import answer, failure
from reelwright_director.testing.world import World


def outstanding(world: World, request_id: str) -> Request:
    found = world.project.request(request_id)
    assert found is not None
    return found


def fail(world: World, message: object, redrive: str = "") -> None:
    """One attempt that stumbles."""
    begun = world.begin(message.request_id, redrive=redrive)  # type: ignore[attr-defined]
    assert isinstance(begun, Go)
    world.do(failure(message, attempt=begun.attempt, retryable=True))  # type: ignore[arg-type]


def exhaust(world: World, message: object) -> None:
    """Every attempt stumbles, until the director gives up."""
    for _ in range(5):
        world.now_s += 400.0
        world.do(inputs.Tick())
        fail(world, message)


@pytest.fixture
def world() -> World:
    """Failed at its transcription, which is a dead letter."""
    made = World()
    made.create()
    made.upload()
    exhaust(made, made.sent(requests.TranscriptionRequested)[0])
    assert made.project.state is State.FAILED
    return made


@pytest.fixture
def letter(world: World) -> requests.TranscriptionRequested:
    (buried,) = world.buried
    assert isinstance(buried.message, requests.TranscriptionRequested)
    return buried.message


def test_a_letter_says_what_became_of_it(world: World, letter: requests.TranscriptionRequested) -> None:
    (buried,) = world.buried
    assert (buried.topic, buried.key) == ("transcription.requests.dlq", letter.request_id)
    assert letter == world.sent(requests.TranscriptionRequested)[0]
    said = {name: value.decode() for name, value in buried.headers.items()}
    assert said == {
        "dlq_topic": "transcription.requests",
        "dlq_group": "transcription",
        "dlq_attempts": "5",
        "dlq_failed_at": f"{world.now_s:.3f}",
        "dlq_error": "attempts_exhausted",
    }


def test_a_redrive_that_succeeds_resumes_the_project(world: World, letter: requests.TranscriptionRequested) -> None:
    assert world.begin(letter.request_id) == Drop("failed"), "the same record, delivered once more"
    begun = world.begin(letter.request_id, redrive="r1")
    assert isinstance(begun, Go)
    assert (begun.attempt, world.project.state) == (6, State.FAILED)
    assert isinstance(world.do(inputs.Beat(letter.request_id, "w1", 6)), Go)
    world.do(answer(letter, attempt=6))  # type: ignore[arg-type]
    assert (world.project.state, world.project.failure) == (State.PLANNING, None)
    world.serve()
    assert world.project.state is State.COMPLETED


def test_what_fails_again_is_dead_again_once(world: World, letter: requests.TranscriptionRequested) -> None:
    fail(world, letter, "r1")
    assert (world.project.state, len(world.buried)) == (State.FAILED, 2)
    assert world.project.failure is not None
    assert due_at_s(world.project) is None
    assert world.begin(letter.request_id, redrive="r1") == Drop("failed")
    assert isinstance(world.begin(letter.request_id, redrive="r2"), Go)


def test_a_redriven_attempt_that_is_lost_comes_again(world: World, letter: requests.TranscriptionRequested) -> None:
    assert isinstance(world.begin(letter.request_id, redrive="r1"), Go)
    world.now_s += 50.0
    world.do(inputs.Tick())
    again = world.begin(letter.request_id, "w2", redrive="r1")
    assert isinstance(again, Go)
    assert outstanding(world, letter.request_id).losses == 1
    world.do(answer(letter, attempt=again.attempt))  # type: ignore[arg-type]
    assert world.project.state is State.PLANNING


def test_a_letter_that_kills_its_workers_ends_among_the_dead(
    world: World, letter: requests.TranscriptionRequested
) -> None:
    for _ in range(10):
        assert isinstance(world.begin(letter.request_id, redrive="r1"), Go)
        world.now_s += 50.0
        world.do(inputs.Tick())
    assert world.begin(letter.request_id, redrive="r1") == Drop("failed")
    assert world.buried[-1].headers["dlq_error"] == b"workers_lost"


def test_a_redriven_attempt_that_hangs_is_dead_again() -> None:
    world = World(Policy(max_errors=1))
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    fail(world, request)
    assert isinstance(world.begin(request.request_id, redrive="r1"), Go)
    for _ in range(60):
        world.now_s += 15.0
        world.do(inputs.Beat(request.request_id, "w1", 2))
    world.do(inputs.Tick())
    assert (world.project.state, world.buried[-1].headers["dlq_error"]) == (State.FAILED, b"stalled")
    assert outstanding(world, request.request_id).status is Status.FAILED


def test_a_users_retry_takes_over_from_a_redrive(world: World, letter: requests.TranscriptionRequested) -> None:
    assert isinstance(world.begin(letter.request_id, redrive="r1"), Go)
    world.do(inputs.Retry())
    assert world.do(inputs.Beat(letter.request_id, "w1", 6)) == Drop("lost")
    world.serve()
    assert world.project.state is State.COMPLETED


def test_brakes_hold_a_redrive_too(world: World, letter: requests.TranscriptionRequested) -> None:
    world.context = world.context.__class__(0.0, brakes=Brakes(frozenset({(ALL, ALL)})))
    assert isinstance(world.begin(letter.request_id, redrive="r1"), Wait)
    assert outstanding(world, letter.request_id).status is Status.FAILED
    world.context = world.context.__class__(0.0)
    assert isinstance(world.begin(letter.request_id, redrive="r1"), Go)


def test_a_letter_of_a_project_that_moved_on_is_dropped(world: World, letter: requests.TranscriptionRequested) -> None:
    world.do(inputs.Retry())
    world.do(inputs.Cancel())
    assert world.begin(letter.request_id, redrive="r1") == Drop("canceled")


def test_with_two_dead_pictures_the_second_resumes_the_project() -> None:
    world = World(Policy(max_errors=1))
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested, requests.PlanRequested)
    world.dispatch()
    first, second = world.sent(requests.AssetRequested)
    begun = [world.begin(asset.request_id) for asset in (first, second)]
    for asset, go in zip((first, second), begun, strict=True):
        assert isinstance(go, Go)
        world.do(failure(asset, attempt=go.attempt, retryable=True))
    states = []
    for number, asset in enumerate((first, second)):
        go = world.begin(asset.request_id, redrive=f"r{number}")
        assert isinstance(go, Go)
        world.do(answer(asset, attempt=go.attempt))  # type: ignore[arg-type]
        states.append(world.project.state)
    assert states == [State.FAILED, State.COMPILING]


def test_a_fact_that_broke_us_resumes_the_project_once_we_are_mended() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    begun = world.begin(request.request_id)
    assert isinstance(begun, Go)
    fact = answer(request, attempt=begun.attempt)
    assert isinstance(fact, facts.TranscriptReady)
    world.do(inputs.Fault(request.request_id))
    assert (world.project.state, world.project.history[-2].reason_code) == (State.FAILED, "internal")
    world.now_s += 3_600.0
    world.do(inputs.Tick())
    world.do(fact)
    assert world.project.state is State.PLANNING


# --- pause before a paid call -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.TRANSCRIPTION, Stage.ASSET])
def test_nothing_is_paid_for_while_its_stage_is_paused(stage: Stage) -> None:
    world = World()
    world.create()
    world.upload()
    if stage is Stage.ASSET:
        world.serve(requests.TranscriptionRequested, requests.PlanRequested)
        world.dispatch()
    request = next(r for r in world.project.requests if r.stage is stage)
    assert isinstance(world.begin(request.request_id), Go)
    world.context = world.context.__class__(0.0, brakes=Brakes(frozenset({(stage, ALL)})))
    assert isinstance(world.do(inputs.Beat(request.request_id, "w1", 1)), Go), "what runs goes on"
    assert world.do(inputs.Beat(request.request_id, "w1", 1, paying=True)) == Drop("paused")
    assert [entry.outcome for entry in world.project.history if entry.attempt][-1] == "paused"
    waits = outstanding(world, request.request_id)
    assert (waits.lease, waits.errors, waits.losses, waits.deadline_at_s) == (None, 0, 0, None)
    world.context = world.context.__class__(0.0)
    world.serve()
    assert world.project.state is State.COMPLETED
