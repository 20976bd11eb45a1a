"""From the upload to the video, without incidents."""

import pytest

from reelwright.events.v1 import requests_pb2 as requests
from reelwright.events.v1.facts_pb2 import ProjectChanged
from reelwright_director import inputs
from reelwright_director.identity import target_duration_s
from reelwright_director.state import Project, ProjectSettings
from reelwright_director.terms import Review, Stage, State, Waiting
from reelwright_director.testing.world import World


def test_an_upload_becomes_a_video() -> None:
    world = World()
    world.make_video()
    assert world.project.state is State.COMPLETED
    assert [len(world.sent(kind)) for kind in _KINDS] == [1, 1, 2, 1]
    assert world.project.requests == ()
    assert world.project.waiting.on is Waiting.NOTHING


def test_states_are_told_in_their_order() -> None:
    world = World()
    world.make_video()
    states = [change.state for change in world.sent(ProjectChanged)]
    assert sorted(set(states), key=states.index) == [
        "created",
        "transcribing",
        "planning",
        "generating",
        "compiling",
        "completed",
    ]
    versions = [change.version for change in world.sent(ProjectChanged)]
    assert versions == sorted(set(versions))


def test_without_autostart_the_upload_waits() -> None:
    world = World()
    world.create(autostart=False)
    world.upload()
    assert (world.project.state, world.project.waiting.on) == (State.UPLOADED, Waiting.USER)
    world.do(inputs.StartStage(Stage.TRANSCRIPTION))
    world.serve()
    assert world.project.state is State.COMPLETED


def test_gates_hold_until_the_user_approves() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.BOTH))
    world.upload()
    world.serve()
    assert (world.project.state, world.project.waiting.on) == (State.TRANSCRIBED, Waiting.USER)
    world.do(inputs.ApproveTranscript())
    world.serve()
    assert (world.project.state, world.project.waiting.on) == (State.PLANNED, Waiting.USER)
    world.do(inputs.ApprovePlan())
    world.serve()
    assert world.project.state is State.COMPLETED


def test_requests_carry_all_that_their_worker_needs() -> None:
    world = World()
    world.create(ProjectSettings(direction="in blue", title="Bees"), script="a b c d e f g h")
    world.upload()
    world.serve()
    (transcription,) = world.sent(requests.TranscriptionRequested)
    assert transcription.script.text == "a b c d e f g h"
    (plan,) = world.sent(requests.PlanRequested)
    assert (plan.direction, plan.title, plan.target_duration_s) == ("in blue", "Bees", 40.0)
    (render,) = world.sent(requests.RenderRequested)
    assert [word.text for word in render.words] == ["a", "b", "c", "d"]
    assert [asset.scene_id for asset in render.assets] == ["s0", "s1"]
    assert (render.settings.width_px, render.settings.height_px, render.settings.fps) == (1080, 1920, 30)
    assert all(request.request_id and request.project_id == "p1" for request in (transcription, plan, render))


@pytest.mark.parametrize(
    ("wanted_s", "recording_s", "target_s"),
    [
        (0.0, 20.0, 20.0),
        (0.0, 60.0, 60.0),
        (0.0, 60.05, 60.0),
        (0.0, 61.0, 45.0),
        (30.0, 61.0, 30.0),
        (50.0, 20.0, 20.0),
    ],
)
def test_a_recording_of_up_to_a_minute_is_kept_whole(wanted_s: float, recording_s: float, target_s: float) -> None:
    """A minute of MP3 or AAC is a frame or two longer than a minute."""
    project = Project("p1", "t", "u", 0.0, ProjectSettings(target_duration_s=wanted_s))
    assert target_duration_s(project, recording_s) == target_s


_KINDS = (
    requests.TranscriptionRequested,
    requests.PlanRequested,
    requests.AssetRequested,
    requests.RenderRequested,
)
