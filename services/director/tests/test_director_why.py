"""Why is it stuck? has one answer, which names what is waited for, for how long, and until when."""

from dataclasses import replace

import pytest

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.brakebook import Brake
from reelwright_director.brakes import Brakes
from reelwright_director.policy import Policy
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review, Stage
from reelwright_director.testing.messages import failure
from reelwright_director.testing.world import World
from reelwright_director.why import Why, why


def ask(world: World, *brakes: Brake, later_s: float = 0.0) -> Why:
    return why(world.project, brakes, world.now_s + later_s)


@pytest.fixture
def world() -> World:
    made = World(Policy(max_errors=2))
    made.create(ProjectSettings(review=Review.BOTH))
    return made


def test_it_waits_for_its_user(world: World) -> None:
    assert ask(world, later_s=90).sentence == "Waits for its user for 90 s: the recording has not been uploaded."
    world.upload()
    world.serve()
    assert ask(world).sentence == "Waits for its user for 0 s: the transcript is to be approved."
    world.do(inputs.ApproveTranscript())
    world.serve()
    assert ask(world).sentence == "Waits for its user for 0 s: the scenes are to be approved."


def test_it_waits_for_a_worker(world: World) -> None:
    world.upload()
    idle = ask(world, later_s=7_500)
    assert idle.sentence == "Waits for a transcription worker for 2 h 5 min: nobody has begun it."
    assert idle.remedy == "See whether its workers run and keep up: reelwright ops topics lag."
    (request,) = world.sent(requests.TranscriptionRequested)
    world.begin(request.request_id, "w7")
    assert ask(world, later_s=30).sentence == (
        "Waits for the transcription worker for 30 s: attempt 1 of w7 runs,"
        " until 1970-01-12 14:01:40 UTC at the latest (in 14 min)."
    )
    world.now_s += 50
    world.do(inputs.Tick())
    assert ask(world).sentence.endswith(": nobody has begun it, and 1 attempts were lost.")


def test_it_waits_for_its_next_attempt(world: World) -> None:
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    world.begin(request.request_id)
    world.do(failure(request, "openai_quota", retryable=True, retry_after_s=300))
    assert ask(world, later_s=60).sentence == (
        "Waits for 60 s for its next transcription attempt, in 4 min (at 1970-01-12 13:51:40 UTC),"
        " after 1 attempt (openai_quota)."
    )
    assert ", due now, after" in ask(world, later_s=301).sentence


def test_it_waits_for_pictures() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested, requests.PlanRequested)
    assert ask(world) == Why(
        "Waits for a kling-gateway for 0 s: 0 of 2 pictures are there, 2 asked for and not begun.",
        "See whether its workers run and keep up: reelwright ops topics lag.",
    )
    world.begin(world.sent(requests.AssetRequested)[0].request_id)
    sentence = ask(world, later_s=5).sentence
    assert (
        "Waits for the provider for 5 s: 0 of 2 pictures are there, 1 being made, 1 asked for and not begun, "
        in sentence
    )
    assert sentence.endswith("(in 39 min).")
    world.do(inputs.Cancel())
    world.do(inputs.StartStage(Stage.ASSET))
    assert ask(world).sentence == (
        "Waits for a free place at the provider for 0 s: 0 of 2 pictures are there, 2 waiting for a free place."
    )


@pytest.mark.parametrize(
    ("brake", "sentence", "remedy"),
    [
        (
            Brake("*", "*", 999_940.0),
            "because everything was paused 60 s ago, until it is resumed.",
            "Resume it: reelwright ops resume all.",
        ),
        (
            Brake("plan", "t1", 999_940.0, "anna", "no quota"),
            "because the plan stage was paused for tenant t1 by anna 60 s ago (no quota), until it is resumed.",
            "Resume it: reelwright ops resume plan --tenant t1.",
        ),
    ],
)
def test_it_waits_because_somebody_paused_it(world: World, brake: Brake, sentence: str, remedy: str) -> None:
    world.do(inputs.Update(ProjectSettings()))
    world.upload()
    world.serve(requests.TranscriptionRequested)
    world.context = replace(world.context, brakes=Brakes(frozenset({(brake.stage, brake.tenant_id)})))
    other = Brake("render", "*", 0.0, "ben")
    assert ask(world, other, brake) == Why(f"Waits for 0 s, {sentence}", remedy)


def test_it_waits_for_nothing(world: World) -> None:
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    world.begin(request.request_id)
    world.do(failure(request, "audio_silent"))
    failed = ask(world, later_s=3_600 * 50)
    assert failed.sentence == "Failed 2 d 2 h ago in its transcription stage: it failed (audio_silent)."
    assert failed.remedy
    world.do(inputs.Delete())
    assert ask(world).sentence == "Deleted 0 s ago; it waits for nothing."
