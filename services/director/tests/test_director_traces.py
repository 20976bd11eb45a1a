"""Work belongs to the trace that it was wanted in, however late and by whomever it is asked for."""

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.trace import TraceContext, parse_trace
from reelwright_director import inputs
from reelwright_director.codec import item_project, project_item
from reelwright_director.policy import Policy
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review
from reelwright_director.testing.messages import answer
from reelwright_director.testing.world import World

UPLOAD, APPROVAL, PLANNED, OTHER = (TraceContext.new().traceparent for _ in range(4))


def asked_in(world: World, topic: str) -> list[str]:
    return [trace for name, trace in world.traced if name == topic]


def planned() -> World:
    """A recording is uploaded and planned, and its pictures are wanted: each step in a context of its own."""
    world = World()
    world.create(ProjectSettings())
    world.trace = UPLOAD
    world.upload()
    world.serve(requests.TranscriptionRequested)
    world.trace = PLANNED
    (request,) = world.asked(requests.PlanRequested)
    world.begin(request.request_id)  # type: ignore[attr-defined]
    world.do(answer(request, attempt=1))  # type: ignore[arg-type]
    return world


def test_what_the_clock_asks_for_belongs_to_what_wanted_it() -> None:
    world = planned()
    assert asked_in(world, "transcription.requests") == [UPLOAD]
    world.trace = ""
    world.dispatch()
    assert set(asked_in(world, "asset.requests")) == {PLANNED}


def test_another_command_in_between_does_not_take_it_over() -> None:
    world = planned()
    world.trace = OTHER
    world.do(inputs.Update(ProjectSettings(title="Another")))
    world.trace = ""
    world.dispatch()
    assert set(asked_in(world, "asset.requests")) == {PLANNED}


def test_a_retry_that_comes_due_goes_on_with_its_trace() -> None:
    world = World(Policy(backoff_s=1.0))
    world.create()
    world.trace = UPLOAD
    world.upload()
    (request,) = world.asked()
    world.begin(request.request_id)  # type: ignore[attr-defined]
    world.trace = OTHER
    world.do(_failure(request))
    world.trace = ""
    world.now_s += 3600.0
    world.do(inputs.Tick())
    assert asked_in(world, "transcription.requests") == [UPLOAD, UPLOAD]


def _failure(request: object) -> facts.WorkFailed:
    failed = facts.WorkFailed(project_id="p1", request_id=request.request_id, retryable=True)  # type: ignore[attr-defined]
    failed.reason_code = "transient"
    failed.work.attempt = 1
    return failed


def test_a_project_remembers_its_last_command_and_keeps_it_in_the_store() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.TRANSCRIPT))
    world.trace = UPLOAD
    world.upload()
    world.trace = PLANNED
    world.serve(requests.TranscriptionRequested)
    assert world.project.trace == UPLOAD, "a fact is no command"
    world.trace = APPROVAL
    world.do(inputs.ApproveTranscript())
    assert item_project(project_item(world.project)) == world.project
    assert (world.project.trace, asked_in(world, "plan.requests")) == (APPROVAL, [APPROVAL])


def test_what_the_clock_ends_is_told_in_the_trace_of_the_last_command() -> None:
    world = World()
    world.create()
    world.trace = UPLOAD
    world.upload()
    world.trace = ""
    (request,) = world.asked()
    for _ in range(10):
        world.begin(request.request_id)  # type: ignore[attr-defined]
        world.now_s += 10_000.0
        world.do(inputs.Tick())
    assert world.project.state == "failed"
    assert world.traced[-1] == ("project.events", UPLOAD)


def test_the_history_has_the_trace_of_commands() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.TRANSCRIPT))
    world.trace = UPLOAD
    world.upload()
    world.serve(requests.TranscriptionRequested)
    world.trace = APPROVAL
    world.do(inputs.ApproveTranscript())
    told = [entry.trace_id for entry in world.project.history if not entry.attempt]
    assert told == [parsed.trace_id for parsed in map(parse_trace, (UPLOAD, APPROVAL)) if parsed]
