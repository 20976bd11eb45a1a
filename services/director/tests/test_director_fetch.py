"""Recordings that lie elsewhere: asked for, taken, failed, and overtaken by an upload."""

import pytest

from reelwright.events.v1.requests_pb2 import AudioFetchRequested, TranscriptionRequested
from reelwright_director import inputs
from reelwright_director.decision import Refused
from reelwright_director.expect import typed
from reelwright_director.inputs import Drop, Go
from reelwright_director.terms import Stage, State, Waiting
from reelwright_director.testing.messages import answer, blob, failure
from reelwright_director.testing.world import World
from reelwright_director.waiting import waiting_on

URL = "https://files.example.com/talk.mp3"


def fetching(world: World, *, autostart: bool = True) -> AudioFetchRequested:
    world.create(audio_url=URL, autostart=autostart)
    (asked,) = world.sent(AudioFetchRequested)
    return asked


def test_a_recording_that_lies_elsewhere_is_asked_for_at_once_and_starts_the_run() -> None:
    world = World()
    asked = fetching(world)
    assert asked.url == URL
    assert (world.project.state, waiting_on(world.project)) == (State.CREATED, Waiting.WORKER)
    world.serve(AudioFetchRequested)
    assert world.project.state is State.TRANSCRIBING
    assert world.sent(TranscriptionRequested)[0].audio == world.project.audio


def test_without_autostart_it_waits_for_its_user_once_it_is_here() -> None:
    world = World()
    fetching(world, autostart=False)
    world.serve(AudioFetchRequested)
    assert (world.project.state, waiting_on(world.project)) == (State.UPLOADED, Waiting.USER)


def test_what_cannot_be_fetched_fails_with_its_reason_and_can_be_retried() -> None:
    world = World()
    asked = fetching(world)
    begun = typed(Go, world.begin(asked.request_id))
    world.do(failure(asked, "audio_url_answer", attempt=begun.attempt))
    failed = world.project.failure
    assert failed is not None
    assert (world.project.state, failed.stage, failed.reason_code) == (State.FAILED, Stage.FETCH, "audio_url_answer")
    world.do(inputs.Retry())
    assert (world.project.state, world.project.failure) == (State.CREATED, None)
    world.serve()
    assert world.project.state is State.COMPLETED


def test_an_upload_overtakes_it() -> None:
    world = World()
    asked = fetching(world)
    begun = typed(Go, world.begin(asked.request_id))
    world.upload()
    assert world.project.state is State.TRANSCRIBING
    stopped = world.do(inputs.Beat(asked.request_id, "w1", begun.attempt))
    assert stopped == Drop("superseded")
    world.do(answer(asked, attempt=begun.attempt))  # type: ignore[arg-type]
    assert world.project.audio == blob("audio-projects/p1/audio")
    assert world.project.state is State.TRANSCRIBING


def test_a_canceled_fetch_is_taken_up_by_starting_the_transcription() -> None:
    world = World()
    asked = fetching(world)
    world.do(inputs.Cancel())
    assert world.begin(asked.request_id) == Drop("canceled")
    world.do(inputs.StartStage(Stage.TRANSCRIPTION))
    world.serve()
    assert world.project.state is State.COMPLETED


def test_a_worker_that_is_lost_is_followed_by_another() -> None:
    world = World()
    asked = fetching(world)
    world.begin(asked.request_id, "lost")
    world.now_s += 60.0
    world.do(inputs.Tick())
    assert isinstance(world.begin(asked.request_id, "next"), Go)


def test_without_an_address_there_is_nothing_to_fetch() -> None:
    world = World()
    world.create()
    with pytest.raises(Refused, match="recording"):
        world.do(inputs.StartStage(Stage.TRANSCRIPTION))


def test_the_address_goes_with_the_project() -> None:
    world = World()
    fetching(world)
    world.do(inputs.Delete())
    assert world.project.audio_url == ""
