"""Which milestones of a project webhooks are told, and in which words."""

import json
from typing import Any

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review
from reelwright_director.testing.messages import answer, failure, plan, scene
from reelwright_director.testing.world import World
from reelwright_director.webhooks.events import EventType, events


def told(world: World) -> list[str]:
    return [event.type for event in world.sent(facts.ProjectEvent)]


def body(event: facts.ProjectEvent) -> dict[str, Any]:
    return dict(json.loads(event.body))


def test_a_video_without_gates() -> None:
    world = World()
    world.make_video()
    assert told(world) == ["project.created", "project.transcribed", "project.planned", "project.completed"]


def test_gates_ask_for_a_review() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.BOTH))
    world.upload()
    world.serve()
    assert told(world)[1:] == ["project.transcribed", "project.review_required"]
    world.do(inputs.ApproveTranscript())
    world.serve()
    assert told(world)[3:] == ["project.planned", "project.review_required"]


def test_a_copy_that_begins_at_a_gate_asks_for_its_review() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.TRANSCRIPT))
    world.upload()
    world.serve()
    made = [event.type for event in events(None, world.project)]
    assert made == ["project.created", "project.review_required"]


def test_an_edit_is_no_milestone() -> None:
    world = World()
    world.make_video()
    before = told(world)
    world.do(inputs.EditPlan(plan(scene(0, "another prompt"), scene(1))))
    assert told(world) == before


def test_ends_are_told_once_each() -> None:
    world = World()
    world.create()
    world.do(inputs.Cancel())
    world.do(inputs.Cancel())
    world.do(inputs.Delete())
    assert told(world)[1:] == ["project.canceled", "project.deleted"]


def test_a_failure_says_why_and_what_helps() -> None:
    world = World()
    world.create()
    world.upload()
    (asked,) = world.sent(requests.TranscriptionRequested)
    world.begin(asked.request_id)
    world.do(failure(asked, "audio_silent"))
    event = world.sent(facts.ProjectEvent)[-1]
    assert event.type == "project.failed"
    told_of = body(event)["data"]["project"]["failure"]
    assert (told_of["code"], told_of["stage"], told_of["retryable"]) == ("audio_silent", "transcription", False)
    assert told_of["remedy"]


def test_a_lack_of_money_is_told_beside_the_failure() -> None:
    world = World()
    world.create(ProjectSettings(budget_usd=0.0))
    world.upload()
    world.serve()
    assert told(world)[-2:] == ["budget.exceeded", "project.failed"]


def test_a_fallback_names_its_scene_and_rung() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested, requests.PlanRequested)
    world.dispatch()
    asked = world.sent(requests.AssetRequested)[0]
    world.begin(asked.request_id)
    made = answer(asked)
    assert isinstance(made, facts.AssetReady)
    made.asset.rung = media.RUNG_STILL
    world.do(made)
    (event,) = [event for event in world.sent(facts.ProjectEvent) if event.type == "asset.fallback"]
    assert body(event)["data"]["assets"] == [{"id": asked.asset_id, "scene_id": "s0", "rung": "still"}]


def test_the_body_is_a_snapshot_without_anybodys_words() -> None:
    world = World()
    world.make_video(ProjectSettings(title="a private title", direction="a private wish"))
    last = world.sent(facts.ProjectEvent)[-1]
    said = body(last)
    assert (said["type"], said["data"]["sequence"]) == ("project.completed", world.project.version)
    assert said["data"]["project"]["state"] == "completed"
    assert said["timestamp"].endswith("Z")
    assert not any(word in last.body for word in ("private", "some words", "prompt"))


def test_the_same_event_has_the_same_id() -> None:
    world = World()
    world.make_video()
    assert list(events(None, world.project)) == list(events(None, world.project))
    ids = [event.event_id for event in world.sent(facts.ProjectEvent)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("kind", EventType)
def test_every_type_is_a_thing_and_what_happened_to_it(kind: EventType) -> None:
    assert kind.value.count(".") == 1
