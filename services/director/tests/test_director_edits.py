"""Edits: what is made again, what is kept, and what is free."""

import pytest

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director import inputs
from reelwright_director.decision import Refused
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review, Stage, State, Waiting
from reelwright_director.testing.messages import blob, plan, scene, transcript
from reelwright_director.testing.world import World
from reelwright_director.view import stale


@pytest.fixture
def world() -> World:
    """A project whose video is made."""
    made = World()
    made.make_video()
    made.published.clear()
    return made


def render(world: World) -> None:
    world.do(inputs.StartStage(Stage.RENDER))
    world.serve()
    assert world.project.state is State.COMPLETED


# --- words ------------------------------------------------------------------------------------------------------------


def test_an_edited_text_is_aligned_anew_and_then_waits(world: World) -> None:
    world.do(inputs.EditScript(requests.GivenText(text="ONE two three four five six seven eight")))
    assert world.project.state is State.TRANSCRIBING
    world.serve()
    assert (world.project.state, world.project.waiting.on) == (State.TRANSCRIBED, Waiting.USER)
    assert stale(world.project) == [Stage.PLAN, Stage.RENDER]
    render(world)
    assert [type(m).__name__ for _, m in world.published if "Requested" in type(m).__name__] == [
        "TranscriptionRequested",
        "RenderRequested",
    ]
    assert world.sent(requests.RenderRequested)[0].words[0].text == "ONE"


def test_an_edited_word_buys_nothing(world: World) -> None:
    world.do(inputs.EditTranscript(transcript("one TWO three four five six seven eight")))
    assert world.project.state is State.TRANSCRIBED
    render(world)
    assert not world.sent(requests.AssetRequested)
    assert not world.sent(requests.PlanRequested)
    assert world.sent(requests.RenderRequested)[0].revision == 2


def test_a_word_that_nobody_hears_leaves_the_video_as_it_is(world: World) -> None:
    world.do(inputs.EditTranscript(transcript("one two three four five SIX seven eight")))
    assert stale(world.project) == [Stage.PLAN]
    world.do(inputs.StartStage(Stage.ASSET))
    assert world.project.state is State.COMPLETED
    assert not world.sent(requests.RenderRequested)


def test_the_length_of_the_recording_is_no_matter_of_edits(world: World) -> None:
    edited = transcript()
    edited.duration_s = 1.0
    world.do(inputs.EditTranscript(edited))
    current = world.project.transcript
    assert current is not None
    assert current.duration_s == 40.0


def test_going_back_to_an_older_text_asks_nobody(world: World) -> None:
    for text in ("a b c d", "e f g h"):
        world.do(inputs.EditScript(requests.GivenText(text=text)))
        world.serve()
    world.published.clear()
    world.do(inputs.EditScript(requests.GivenText(text="a b c d")))
    assert world.project.state is State.TRANSCRIBED
    assert not world.sent(requests.TranscriptionRequested)
    render(world)
    assert [word.text for word in world.sent(requests.RenderRequested)[0].words] == ["a", "b", "c", "d"]


def test_transcribing_again_undoes_edits_of_words(world: World) -> None:
    world.do(inputs.EditTranscript(transcript("x y z")))
    world.do(inputs.StartStage(Stage.TRANSCRIPTION))
    world.serve()
    assert world.project.state is State.COMPLETED
    assert not any(world.sent(kind) for kind in (requests.TranscriptionRequested, requests.RenderRequested))


# --- scenes -----------------------------------------------------------------------------------------------------------


def test_one_prompt_edited_buys_one_asset(world: World) -> None:
    world.do(inputs.EditPlan(plan(scene(0, "another"), scene(1))))
    assert (world.project.state, world.project.waiting.on) == (State.PLANNED, Waiting.USER)
    assert stale(world.project) == [Stage.ASSET, Stage.RENDER]
    world.do(inputs.StartStage(Stage.ASSET))
    world.serve()
    assert world.project.state is State.COMPLETED
    assert [request.prompt for request in world.sent(requests.AssetRequested)] == ["another"]


def test_order_text_length_and_transition_buy_nothing(world: World) -> None:
    first, second = scene(1), scene(0)
    first.transition = media.TRANSITION_ZOOM
    first.text = "other words"
    second.audio[0].end_s = second.duration_s = 9.0
    world.do(inputs.EditPlan(plan(first, second)))
    assert stale(world.project) == [Stage.RENDER]
    render(world)
    assert not world.sent(requests.AssetRequested)
    sent = world.sent(requests.RenderRequested)[0]
    assert [(s.index, s.start_s, s.duration_s) for s in sent.plan.scenes] == [(0, 0.0, 10.0), (1, 10.0, 9.0)]
    assert [asset.scene_id for asset in sent.assets] == ["s1", "s0"]


def test_an_older_prompt_brings_its_asset_and_its_video_back(world: World) -> None:
    first_video = world.project.video
    world.do(inputs.EditPlan(plan(scene(0, "another"), scene(1))))
    world.do(inputs.ApprovePlan())
    world.serve()
    world.published.clear()
    world.do(inputs.EditPlan(plan()))
    assert Stage.ASSET not in stale(world.project)
    world.do(inputs.ApprovePlan())
    assert world.project.state is State.COMPLETED
    assert not any(world.sent(kind) for kind in (requests.AssetRequested, requests.RenderRequested))
    assert world.project.video == first_video


def test_planning_again_undoes_edits_of_scenes(world: World) -> None:
    world.do(inputs.EditPlan(plan(scene(0))))
    world.do(inputs.StartStage(Stage.PLAN))
    assert world.project.state is State.COMPLETED
    assert not world.sent(requests.PlanRequested)


def test_own_pictures_are_asked_of_nobody() -> None:
    world = World()
    world.create(ProjectSettings(review=Review.SCENES))
    world.upload()
    world.serve()
    own = scene(0)
    own.uploaded.blob.CopyFrom(blob("audio-projects/p1/own/picture.jpg"))
    own.uploaded.kind = media.ASSET_KIND_STILL
    world.do(inputs.EditPlan(plan(own, scene(1))))
    world.do(inputs.ApprovePlan())
    world.serve()
    assert [request.scene_id for request in world.sent(requests.AssetRequested)] == ["s1"]
    shown = world.sent(requests.RenderRequested)[0].assets[0]
    assert (shown.source, shown.blob.key) == (media.ASSET_SOURCE_UPLOADED, "audio-projects/p1/own/picture.jpg")
    with pytest.raises(Refused, match="own picture"):
        world.do(inputs.RegenerateAsset(shown.asset_id))


@pytest.mark.parametrize(
    "wrong",
    [
        media.ScenePlan(),
        plan(scene(0), scene(0)),
        plan(scene(9)),
        plan(media.Scene(scene_id="a", kind=media.ASSET_KIND_CLIP)),
        plan(scene(0, "x" * 2501)),
        plan(scene(0, kind=media.ASSET_KIND_UNSPECIFIED)),
        plan(*(scene(n % 4) for n in range(13))),
    ],
)
def test_unusable_scenes_are_refused_with_a_sentence(world: World, wrong: media.ScenePlan) -> None:
    before = world.project
    with pytest.raises(Refused, match=r"\.$") as refused:
        world.do(inputs.EditPlan(wrong))
    assert refused.value.reason_code == "plan_invalid"
    assert world.project is before


def test_new_scenes_get_names_of_their_own(world: World) -> None:
    nameless = scene(1)
    nameless.scene_id = ""
    world.do(inputs.EditPlan(plan(scene(0), nameless)))
    current = world.project.plan
    assert current is not None
    assert [s.scene_id for s in current.scenes] == ["s0", "scene-1"]


# --- settings ---------------------------------------------------------------------------------------------------------


def test_a_caption_style_stales_only_the_render(world: World) -> None:
    world.do(inputs.Update(ProjectSettings(caption_style="pop")))
    assert (world.project.state, stale(world.project)) == (State.COMPLETED, [Stage.RENDER])
    render(world)
    assert world.sent(requests.RenderRequested)[0].settings.caption_style == "pop"
    assert stale(world.project) == []


def test_another_aspect_wants_other_pictures(world: World) -> None:
    world.do(inputs.Update(ProjectSettings(aspect="1:1")))
    assert stale(world.project) == [Stage.ASSET, Stage.RENDER]
    world.do(inputs.StartStage(Stage.ASSET))
    world.serve()
    assert [request.aspect for request in world.sent(requests.AssetRequested)] == ["1:1", "1:1"]
    assert world.sent(requests.RenderRequested)[0].settings.width_px == 1080


def test_another_language_stales_the_words(world: World) -> None:
    world.do(inputs.Update(ProjectSettings(language="de")))
    assert stale(world.project) == [Stage.TRANSCRIPTION]


def test_while_a_stage_runs_only_its_limits_may_change() -> None:
    world = World()
    world.create()
    world.upload()
    world.do(inputs.Update(ProjectSettings(title="new", budget_usd=3.0)))
    assert world.project.settings.budget_usd == 3.0
    with pytest.raises(Refused) as refused:
        world.do(inputs.Update(ProjectSettings(title="new", budget_usd=3.0, look="ocean")))
    assert refused.value.reason_code == "stage_running"


def test_a_render_without_all_pictures_is_refused(world: World) -> None:
    world.do(inputs.EditPlan(plan(scene(0, "another"))))
    with pytest.raises(Refused) as refused:
        world.do(inputs.StartStage(Stage.RENDER))
    assert refused.value.reason_code == "assets_missing"


def test_the_same_recording_again_changes_nothing(world: World) -> None:
    before = world.project
    world.upload()
    assert world.project == before
    with pytest.raises(Refused):
        world.do(inputs.CompleteUpload(blob("audio-projects/p1/other")))
