"""The census says what waits and since when; one replica takes it, and another when that one is gone."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from reelwright.events.v1.requests_pb2 import TranscriptionRequested
from reelwright_chassis.bus.port import Message
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.testing import FakeClock
from reelwright_director.apply import Workflow
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.census import Census, Tally, hide
from reelwright_director.duty import Duty
from reelwright_director.inputs import CompleteUpload, Create
from reelwright_director.outbox import Outbox
from reelwright_director.policy import Policy
from reelwright_director.state import ProjectSettings
from reelwright_director.store import ProjectStore
from reelwright_director.terms import Stage, Status, Waiting
from reelwright_director.testing.messages import blob
from reelwright_director.testing.world import World


class LaggingBus:
    """Takes what is published; says that three records wait in each topic."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """They are somebody else's to read."""

    async def lag(self, topic: str, group: str) -> int:
        return 3


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as home:
        yield home
    hide()


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_an_unbegun_request_counts_with_its_age() -> None:
    world = World()
    world.create()
    world.upload()
    tally = Tally(Brakes(), world.now_s + 40)
    tally.add(world.project)
    assert tally.waiting == {(Stage.TRANSCRIPTION, Waiting.WORKER): 1}
    assert tally.oldest_wait_s[Stage.TRANSCRIPTION, Waiting.WORKER] == 40
    assert tally.outstanding == {(Stage.TRANSCRIPTION, Status.ASKED): 1}
    assert tally.oldest_unbegun_s[Stage.TRANSCRIPTION] == 40


def test_what_a_brake_holds_is_no_work_that_nobody_begins() -> None:
    world = World()
    world.create()
    world.upload()
    tally = Tally(Brakes(frozenset({("transcription", ALL)})), world.now_s + 40)
    tally.add(world.project)
    assert tally.waiting == {(Stage.TRANSCRIPTION, Waiting.PAUSE): 1}
    assert not tally.oldest_unbegun_s


def test_begun_work_does_not_age_in_its_queue() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.asked(TranscriptionRequested)
    world.begin(request.request_id)  # type: ignore[attr-defined]
    tally = Tally(Brakes(), world.now_s + 500)
    tally.add(world.project)
    assert tally.outstanding == {(Stage.TRANSCRIPTION, Status.RUNNING): 1}
    assert not tally.oldest_unbegun_s


async def test_it_is_shown_with_zeros_where_nothing_waits(home: Home) -> None:
    clock, bus = FakeClock(), LaggingBus()
    projects = ProjectStore(home.store)
    await projects.ensure()
    workflow = Workflow(
        projects,
        Outbox(home.store, bus),  # type: ignore[arg-type]
        home.blobs,
        clock,
        policy=Policy(),
        brakes=Brakes,
        on_commit=lambda _: None,
    )
    for project_id in ("p1", "p2"):
        await workflow.create(Create(project_id, "t", "u", ProjectSettings(), None), None)
    await workflow.create(Create("p3", "t", "u", ProjectSettings(), None, audio_url="https://example.com/a.mp3"), None)
    await workflow.apply("p1", CompleteUpload(blob("audio")))
    await clock.advance(25)
    await Census(home.store, bus, Brakes, clock, instance="a", every_s=5).run_once()  # type: ignore[arg-type]
    assert value("reelwright_projects_waiting", stage="transcription", on="worker") == 1
    assert value("reelwright_project_oldest_wait_seconds", stage="transcription", on="worker") == pytest.approx(25)
    assert value("reelwright_projects_waiting", stage="fetch", on="worker") == 1, "p2 waits for its user"
    assert value("reelwright_request_oldest_unbegun_seconds", stage="fetch") == pytest.approx(25)
    assert value("reelwright_projects_waiting", stage="render", on="worker") == 0
    assert value("reelwright_consumer_lag_records", topic="render.requests", group="renderer") == 3
    assert value("reelwright_census_timestamp_seconds") == clock.now_s()


async def test_whoever_has_not_the_duty_shows_nothing(home: Home) -> None:
    clock, bus = FakeClock(), LaggingBus()
    await ProjectStore(home.store).ensure()
    one, other = (
        Census(home.store, bus, Brakes, clock, instance=name, every_s=5)  # type: ignore[arg-type]
        for name in ("a", "b")
    )
    await one.run_once()
    await other.run_once()
    assert value("reelwright_projects_waiting", stage="render", on="worker") is None
    assert value("reelwright_census_timestamp_seconds") == 0


async def test_a_duty_passes_on_when_its_holder_is_gone(home: Home) -> None:
    clock = FakeClock()
    await ProjectStore(home.store).ensure()
    one, other = (Duty(home.store, "census", name, clock) for name in ("a", "b"))
    assert await one.take(20)
    assert not await other.take(20)
    await clock.advance(19)
    assert await one.take(20)
    await clock.advance(19)
    assert not await other.take(20)
    await clock.advance(2)
    assert await other.take(20)
    assert not await one.take(20)
