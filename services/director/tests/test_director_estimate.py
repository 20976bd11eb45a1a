"""What a command is said to begin, before and after it is given."""

from dataclasses import replace

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.estimate import Estimate, estimate
from reelwright_director.prices import cap_usd
from reelwright_director.state import Project, ProjectSettings
from reelwright_director.table import START
from reelwright_director.terms import Review, Stage
from reelwright_director.testing.world import World

_STILL = 2
_ALL = tuple(START)


def _led(world: World, what: inputs.Input) -> Estimate:
    before: Project = world.project
    world.do(what)
    return estimate(before, world.project)


def test_before_there_are_scenes_the_budget_is_the_most() -> None:
    world = World()
    world.create(ProjectSettings(budget_usd=1.5), autostart=False)
    world.upload()
    assert _led(world, inputs.StartStage(Stage.TRANSCRIPTION)) == Estimate(1.5, _ALL)


def test_a_gate_is_as_far_as_it_goes() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.BOTH), autostart=False)
    world.upload()
    assert _led(world, inputs.StartStage(Stage.TRANSCRIPTION)).stages == (Stage.TRANSCRIPTION,)
    world.serve()
    assert _led(world, inputs.ApproveTranscript()) == Estimate(0.0, (Stage.PLAN,))
    world.serve()
    scenes = world.project.plan.scenes if world.project.plan else ()
    at_most = sum(cap_usd(scene.kind, scene.duration_s) for scene in scenes)
    assert _led(world, inputs.ApprovePlan()) == Estimate(round(at_most, 6), (Stage.ASSET, Stage.RENDER), len(scenes))


def test_one_more_take_costs_one_picture_and_no_video() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve()
    take = world.project.takes[0].asset
    again = _led(world, inputs.RegenerateAsset(take.asset_id))
    assert again == Estimate(cap_usd(_STILL, 10.0), (Stage.ASSET,), 1)


def test_what_is_there_is_made_for_nothing() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve()
    assert _led(world, inputs.StartStage(Stage.RENDER)) == Estimate()
    other = inputs.Update(replace(world.project.settings, caption_style="pop"))
    assert _led(world, other) == Estimate()
    assert _led(world, inputs.StartStage(Stage.ASSET)) == Estimate(0.0, (Stage.RENDER,))
    assert len(world.asked(requests.RenderRequested)) == 1
