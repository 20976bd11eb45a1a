"""What is counted: ends by their reason, fallbacks by their rung, each once."""

from prometheus_client import REGISTRY

from reelwright.events.v1 import media_pb2 as media
from reelwright_director.counting import count
from reelwright_director.state import ProjectSettings
from reelwright_director.testing.world import World


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_fallback_is_counted_when_it_appears() -> None:
    world = World()
    world.create(ProjectSettings(budget_usd=0.0, lowest_rung=media.RUNG_CARD))
    world.upload()
    before, had = world.project, value("reelwright_asset_fallbacks_total", rung="card")
    world.serve()
    count(before, world.project, "AssetReady")
    count(world.project, world.project, "Beat")
    assert value("reelwright_asset_fallbacks_total", rung="card") == had + 2


def test_an_end_is_counted_with_its_reason() -> None:
    world = World()
    world.create(ProjectSettings(budget_usd=0.0))
    world.upload()
    before = world.project
    world.serve()
    labels = {"state": "failed", "reason": "budget_exceeded"}
    had = value("reelwright_projects_ended_total", **labels)
    count(before, world.project, "ScenesPlanned")
    count(world.project, world.project, "Tick")
    assert value("reelwright_projects_ended_total", **labels) == had + 1
