"""Cancel, delete, refusals by the table, and plans that the planner should not have made."""

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.decide.ticks import due_at_s
from reelwright_director.decision import Refused
from reelwright_director.policy import DAY_S, TOMBSTONE_S
from reelwright_director.table import START
from reelwright_director.terms import Stage, State, Waiting
from reelwright_director.testing.messages import answer
from reelwright_director.testing.world import World


def test_a_canceled_project_goes_on_where_it_was() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested, requests.PlanRequested)
    asked = {request.asset_id for request in world.sent(requests.AssetRequested)}
    world.do(inputs.Cancel())
    before = world.project
    world.do(inputs.Cancel())
    assert world.project is before
    assert (world.project.state, world.project.requests, world.project.waiting.on) == (
        State.CANCELED,
        (),
        Waiting.NOTHING,
    )
    world.do(inputs.StartStage(Stage.ASSET))
    world.serve()
    assert world.project.state is State.COMPLETED
    assert {request.asset_id for request in world.sent(requests.AssetRequested)} == asked


@pytest.mark.parametrize("stage", list(START))
def test_a_project_that_never_had_a_recording_starts_nothing(stage: Stage) -> None:
    world = World()
    world.create()
    world.do(inputs.Cancel())
    with pytest.raises(Refused) as refused:
        world.do(inputs.StartStage(stage))
    assert refused.value.reason_code in {"audio_missing", "transcript_missing", "plan_missing"}


def test_what_others_keep_goes_at_once_a_day_later_and_after_whatever_comes_late() -> None:
    world = World()
    world.create()
    world.upload()
    [asked] = world.sent(requests.TranscriptionRequested)
    world.do(inputs.Delete())

    def told() -> int:
        world.do(inputs.Tick())
        return len(world.sent(facts.ProjectDeleted))

    assert told() == told() == 1
    world.do(facts.TranscriptReady(project_id="p1", request_id=asked.request_id))
    assert world.project.state is State.DELETED
    assert told() == told() == 2
    world.now_s += DAY_S
    assert told() == 3
    assert due_at_s(world.project) is None
    assert {fact.project_id for fact in world.sent(facts.ProjectDeleted)} == {"p1"}


def test_deleting_leaves_a_tombstone_and_amounts_of_money() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(cost_usd=0.01)
    spent = world.project.cost_usd
    ordered = world.project.ordered
    world.do(inputs.Delete())
    project = world.project
    assert (project.state, project.cost_usd) == (State.DELETED, spent)
    assert (project.takes, project.plans, project.transcripts, project.videos, project.history) == ((), (), (), (), ())
    assert project.removal is not None
    assert project.removal.expires_at_s == world.now_s + TOMBSTONE_S
    world.do(inputs.Tick())
    world.do(inputs.Tick())
    assert [(r.prefixes, r.asset_ids) for r in world.removed] == [
        (("audio-projects/p1/", "final-videos/p1/"), ordered),
    ]
    assert due_at_s(world.project) == project.removal.due_at_s[-1]
    world.now_s += DAY_S
    world.do(inputs.Tick())
    assert len(world.removed) == 2
    assert due_at_s(world.project) is None


def test_a_deleted_project_obeys_nothing() -> None:
    world = World()
    world.create()
    world.do(inputs.Delete())
    before = world.project
    world.do(inputs.Delete())
    assert world.project is before
    for command in (inputs.Retry(), inputs.Cancel(), inputs.StartStage(Stage.PLAN)):
        with pytest.raises(Refused) as refused:
            world.do(command)
        assert refused.value.reason_code == "project_deleted"


def test_money_spent_on_a_deleted_project_is_booked() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    world.do(inputs.Delete())
    late = answer(request, cost_usd=0.05)
    assert isinstance(late, facts.TranscriptReady)
    world.do(late)
    assert (world.project.cost_usd, world.project.transcripts) == (0.05, ())


def test_scenes_that_cannot_be_used_fail_the_plan() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested)
    (request,) = world.sent(requests.PlanRequested)
    made = answer(request)
    assert isinstance(made, facts.ScenesPlanned)
    made.plan.CopyFrom(media.ScenePlan())
    world.do(made)
    assert world.project.failure is not None
    assert (world.project.failure.reason_code, world.project.failure.stage) == ("plan_unusable", Stage.PLAN)
    world.do(inputs.Retry())
    world.serve()
    assert world.project.state is State.COMPLETED


def test_history_tells_the_story_and_forgets_the_oldest() -> None:
    world = World()
    world.make_video()
    outcomes = [entry.outcome for entry in world.project.history]
    assert outcomes == ["complete_upload", *["done"] * 5]
    for _ in range(200):
        world.do(inputs.Update(world.project.settings))
    assert len(world.project.history) == 150
