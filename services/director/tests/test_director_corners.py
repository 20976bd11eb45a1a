"""Corners of the workflow that stories seldom reach, each with why it matters."""

import random
from dataclasses import replace

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.store.limits import check_item
from reelwright_director import inputs, tables
from reelwright_director.codec import project_item
from reelwright_director.decision import Refused
from reelwright_director.expect import Broken, number, present, typed
from reelwright_director.policy import KEPT_HISTORY, KEPT_TAKES, MAX_PROMPT_CHARS
from reelwright_director.state import HistoryEntry, ProjectSettings, Take
from reelwright_director.terms import Review, Stage, State, Status, Waiting
from reelwright_director.testing.messages import answer, failure, plan, scene, transcript
from reelwright_director.testing.world import World
from reelwright_director.view import changed_view, stale


def two_running() -> tuple[World, list[requests.AssetRequested]]:
    """Two assets are being made; the first is about to decide the project's fate."""
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested, requests.PlanRequested)
    sent = world.sent(requests.AssetRequested)
    for request in sent:
        world.begin(request.request_id)
    return world, sent


def failed_beside_running() -> tuple[World, requests.AssetRequested]:
    """The project failed for its first asset, while the second, paid for, is still being made."""
    world, (first, second) = two_running()
    world.do(failure(first, "prompt_refused"))
    return world, second


def statuses(world: World) -> list[Status]:
    return [request.status for request in world.project.requests]


def test_work_beside_a_failure_that_stumbles_is_let_go() -> None:
    world, second = failed_beside_running()
    world.do(failure(second, retryable=True))
    assert statuses(world) == [Status.FAILED]


def test_work_beside_a_failure_that_is_lost_is_let_go() -> None:
    world, _ = failed_beside_running()
    world.now_s += 50.0
    world.do(inputs.Tick())
    assert statuses(world) == [Status.FAILED]


def test_work_beside_a_failure_that_is_too_slow_is_let_go() -> None:
    world, second = failed_beside_running()
    for _ in range(2_400 // 40):
        world.now_s += 40.0
        world.do(inputs.Beat(second.request_id, "w1", 1))
    world.do(inputs.Tick())
    assert statuses(world) == [Status.FAILED]


def test_work_beside_a_failure_that_fails_too_is_remembered_as_well() -> None:
    world, second = failed_beside_running()
    world.do(failure(second, "prompt_refused"))
    assert statuses(world) == [Status.FAILED, Status.FAILED]
    assert world.project.exhausted != ()


def test_an_edit_lets_paid_work_go_on_whose_picture_is_still_wanted() -> None:
    world, second = failed_beside_running()
    world.do(inputs.EditPlan(plan(scene(0, "another"), scene(1))))
    assert (world.project.state, statuses(world)) == (State.PLANNED, [Status.RUNNING])
    late = answer(second)
    assert isinstance(late, facts.AssetReady)
    world.do(late)
    assert (world.project.state, len(world.project.takes)) == (State.PLANNED, 1)


def test_a_verdict_on_paid_work_that_nobody_waits_for_is_forgotten() -> None:
    world, second = failed_beside_running()
    world.do(inputs.EditPlan(plan(scene(0, "another"), scene(1))))
    world.do(failure(second, "prompt_refused"))
    assert (world.project.state, statuses(world)) == (State.PLANNED, [])


def test_an_edit_takes_paid_work_back_whose_picture_nobody_wants() -> None:
    world, second = failed_beside_running()
    world.do(inputs.EditPlan(plan(scene(0), scene(1, "another"))))
    assert statuses(world) == []
    assert world.do(inputs.Beat(second.request_id, "w1", 1)) == inputs.Drop("superseded")
    assert world.project.history[-1].outcome == "edit_plan"
    assert "superseded" in [entry.outcome for entry in world.project.history]


def test_a_running_asset_is_adopted_when_its_stage_starts_again() -> None:
    world, second = failed_beside_running()
    world.do(inputs.StartStage(Stage.ASSET))
    world.dispatch()
    asked = [request.scene_id for request in world.sent(requests.AssetRequested)]
    assert asked == ["s0", "s1", "s0"]
    assert world.project.request(second.request_id) is not None


def test_costs_of_failures_long_forgotten_are_booked_to_their_stage() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    world.begin(request.request_id)
    world.do(inputs.Cancel())
    world.do(failure(request, retryable=True, cost_usd=0.02))
    assert [(b.stage, b.outcome, b.cost_usd) for b in world.bookings] == [(Stage.TRANSCRIPTION, "failed", 0.02)]


def test_an_empty_script_takes_the_script_away() -> None:
    world = World()
    world.create(script="a b c d")
    world.upload()
    world.serve()
    world.do(inputs.Update(ProjectSettings(), requests.GivenText(text="")))
    assert world.project.script is None
    assert stale(world.project) == [Stage.TRANSCRIPTION]


def test_a_project_without_words_has_none_to_edit() -> None:
    world = World()
    world.create()
    world.do(inputs.Cancel())
    for command in (inputs.EditTranscript(transcript()), inputs.EditPlan(plan())):
        with pytest.raises(Refused) as refused:
            world.do(command)
        assert refused.value.reason_code == "transcript_missing"


def test_where_somebody_speaks_outlives_an_edit_that_does_not_say() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.TRANSCRIPT))
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    heard = answer(request)
    assert isinstance(heard, facts.TranscriptReady)
    heard.transcript.speech.append(media.Span(start_s=0.0, end_s=39.0))
    world.do(heard)
    edited = transcript("other words")
    edited.language = ""
    world.do(inputs.EditTranscript(edited))
    world.do(inputs.ApproveTranscript())
    sent = world.sent(requests.PlanRequested)[0].transcript
    assert (sent.language, len(sent.speech), len(sent.words)) == ("en", 1, 2)


def test_a_failed_request_is_not_due() -> None:
    world, _ = failed_beside_running()
    world.now_s += 10_000.0
    world.do(inputs.Tick())
    before = world.project
    world.do(inputs.Tick())
    assert world.project is before


def test_dispatch_comes_too_late_for_a_canceled_project() -> None:
    world = World()
    world.create()
    world.upload()
    world.serve(requests.TranscriptionRequested)
    (request,) = world.sent(requests.PlanRequested)
    world.do(inputs.Cancel())
    before = world.project
    world.do(inputs.Dispatch(frozenset({request.request_id})))
    assert world.project is before


def test_lack_of_money_is_what_a_project_waits_for() -> None:
    world = World()
    world.create(ProjectSettings(budget_usd=0.0))
    world.upload()
    world.serve()
    assert (world.project.state, world.project.waiting.on) == (State.FAILED, Waiting.BUDGET)


def test_a_change_stays_small_whatever_happened() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    heard = answer(request)
    assert isinstance(heard, facts.TranscriptReady)
    heard.transcript.notes.extend(media.Note(code="n", message="m" * 5_000) for _ in range(50))
    world.do(heard)
    assert changed_view(world.project).ByteSize() <= 8_192


def test_the_largest_project_fits_into_an_item() -> None:
    """As many takes as there may be, each of a prompt of its own of the greatest length, in a script of three bytes;
    and the longest history, each entry in a trace of its own.
    """
    letters = random.Random(7)
    world = World()
    world.make_video()
    takes = tuple(
        Take(
            f"subject-{n}",
            media.Asset(
                asset_id=f"asset-{letters.getrandbits(128):032x}",
                prompt="".join(chr(letters.randrange(0x4E00, 0x5400)) for _ in range(MAX_PROMPT_CHARS)),
                blob=media.BlobRef(key=f"ai-generated/{n}.jpg", sha256=f"{letters.getrandbits(256):064x}"),
            ),
        )
        for n in range(KEPT_TAKES)
    )
    history = tuple(
        HistoryEntry(1e9 + n, "done", Stage.RENDER, f"render-{letters.getrandbits(128):032x}", n, 2e9, "", "w" * 60,
                     trace_id=f"{letters.getrandbits(128):032x}")
        for n in range(KEPT_HISTORY)
    )  # fmt: skip
    largest = replace(world.project, takes=takes, history=history)
    assert check_item(tables.PROJECTS, project_item(largest)) < 400 * 1024


def test_what_must_hold_is_said_when_it_does_not() -> None:
    assert (present(1), typed(int, 1), number(1), number(1.5)) == (1, 1, 1.0, 1.5)
    with pytest.raises(Broken):
        present(None)
    with pytest.raises(Broken, match="a str where a int must be"):
        typed(int, "1")
