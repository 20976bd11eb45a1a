"""Takes, money, and what a retry may buy."""

import pytest

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1 import requests_pb2 as requests
from reelwright_chassis.pictures import STILL_USD
from reelwright_director import inputs, pictures
from reelwright_director.decision import Refused
from reelwright_director.prices import cap_usd
from reelwright_director.state import Project, ProjectSettings
from reelwright_director.terms import Review, Stage, State, Status
from reelwright_director.testing.messages import answer, failure, plan, scene
from reelwright_director.testing.world import World
from reelwright_director.view import quality, warnings

CLIP_USD = cap_usd(media.ASSET_KIND_CLIP, 10.0)


def shown(project: Project) -> list[str]:
    return [asset.asset_id for asset in pictures.assets(project)]


def planned(*scenes: media.Scene, **settings: object) -> World:
    """A project at its gate with these scenes."""
    world = World()
    world.create(ProjectSettings(review=Review.SCENES, **settings))  # type: ignore[arg-type]
    world.upload()
    world.serve()
    if scenes:
        world.do(inputs.EditPlan(plan(*scenes)))
    world.published.clear()
    return world


def generating(*scenes: media.Scene, **settings: object) -> World:
    world = planned(*scenes, **settings)
    world.do(inputs.ApprovePlan())
    world.dispatch()
    return world


# --- takes ------------------------------------------------------------------------------------------------------------


def test_regenerating_adds_a_take_and_waits_for_its_user() -> None:
    world = World()
    world.make_video()
    first, second = shown(world.project)
    world.do(inputs.RegenerateAsset(first))
    world.serve()
    assert world.project.state is State.READY_FOR_COMPILATION
    assert shown(world.project)[0] not in (first, second)
    assert world.sent(requests.AssetRequested)[-1].take == 2
    assert len(world.project.takes) == 3


def test_an_older_take_is_chosen_for_nothing() -> None:
    world = World()
    world.make_video()
    before = shown(world.project)
    world.do(inputs.RegenerateAsset(before[0]))
    world.serve()
    world.published.clear()
    world.do(inputs.ChooseAsset(before[0]))
    assert shown(world.project) == before
    world.do(inputs.StartStage(Stage.RENDER))
    assert world.project.state is State.COMPLETED, "the older video is known"
    assert not any(world.sent(kind) for kind in (requests.AssetRequested, requests.RenderRequested))


def test_a_canceled_take_is_taken_up_again() -> None:
    world = World()
    world.make_video()
    (first, _) = shown(world.project)
    world.do(inputs.RegenerateAsset(first))
    world.dispatch()
    world.do(inputs.Cancel())
    world.do(inputs.RegenerateAsset(first))
    world.dispatch()
    asked = [request.asset_id for request in world.sent(requests.AssetRequested)]
    assert asked[-1] == asked[-2], "it may have been bought: ask for the same"


def test_assets_of_others_are_not_found() -> None:
    world = World()
    world.make_video()
    for command in (inputs.RegenerateAsset("asset-x"), inputs.ChooseAsset("asset-x")):
        with pytest.raises(Refused) as refused:
            world.do(command)
        assert refused.value.reason_code == "asset_not_found"


def test_the_oldest_take_that_nobody_sees_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwright_director.decide.assets.KEPT_TAKES", 3)
    world = World()
    world.make_video()
    first, second = shown(world.project)
    for _ in range(3):
        world.do(inputs.RegenerateAsset(shown(world.project)[0]))
        world.serve()
    kept = [take.asset.asset_id for take in world.project.takes]
    assert first not in kept
    assert second in kept
    assert len(kept) == 3


def test_a_take_of_one_scene_leaves_the_others_as_they_are() -> None:
    world = generating(scene(0))
    world.serve()
    world.do(inputs.EditPlan(plan(scene(0), scene(1, "not made yet"))))
    world.do(inputs.RegenerateAsset(shown(world.project)[0]))
    world.serve()
    assert (world.project.state, len(world.project.takes)) == (State.PLANNED, 2)


# --- the budget -------------------------------------------------------------------------------------------------------


def test_the_caps_together_stay_within_the_budget() -> None:
    clips = [scene(n, kind=media.ASSET_KIND_CLIP) for n in range(3)]
    world = generating(*clips, budget_usd=2.5 * CLIP_USD)
    sent = world.sent(requests.AssetRequested)
    assert [request.kind for request in sent] == [
        media.ASSET_KIND_CLIP,
        media.ASSET_KIND_CLIP,
        media.ASSET_KIND_STILL,
    ]
    assert sum(request.cost_cap_usd for request in sent) <= 2.5 * CLIP_USD
    world.serve()
    assert quality(world.project) == "degraded"
    assert [note.code for note in warnings(world.project)] == ["budget_fallback"]
    assert [asset.rung for asset in pictures.assets(world.project)] == [
        media.RUNG_PLANNED,
        media.RUNG_PLANNED,
        media.RUNG_STILL,
    ]


def test_without_money_a_card_where_cards_are_allowed() -> None:
    world = generating(scene(0), budget_usd=0.0, lowest_rung=media.RUNG_CARD)
    assert world.project.state is State.COMPILING
    assert not world.sent(requests.AssetRequested)
    (card,) = pictures.assets(world.project)
    assert (card.kind, card.rung, card.cost_usd) == (media.ASSET_KIND_CARD, media.RUNG_CARD, 0.0)


def test_without_money_it_fails_and_a_larger_budget_heals() -> None:
    world = generating(scene(0), budget_usd=0.0)
    failed = world.project.failure
    assert failed is not None
    assert (failed.reason_code, failed.stage) == ("budget_exceeded", Stage.ASSET)
    world.do(inputs.Update(ProjectSettings(budget_usd=1.0, review=Review.SCENES)))
    world.do(inputs.Retry())
    world.serve()
    assert (world.project.state, quality(world.project)) == (State.COMPLETED, "full")


def test_a_regenerate_beyond_the_budget_is_refused() -> None:
    world = generating(scene(0), budget_usd=1.5 * STILL_USD)
    world.serve(cost_usd=STILL_USD)
    with pytest.raises(Refused) as refused:
        world.do(inputs.RegenerateAsset(shown(world.project)[0]))
    assert refused.value.reason_code == "budget_exceeded"


def test_a_planned_card_is_no_loss() -> None:
    world = generating(scene(0, kind=media.ASSET_KIND_CARD))
    world.serve()
    assert (world.project.state, quality(world.project)) == (State.COMPLETED, "full")


def test_money_that_may_have_been_spent_stays_reserved() -> None:
    """Canceled while the provider works: nobody tells the cost, and it may be charged all the same."""
    clip = scene(0, kind=media.ASSET_KIND_CLIP)
    world = generating(clip, budget_usd=1.5 * CLIP_USD)
    (request,) = world.sent(requests.AssetRequested)
    world.begin(request.request_id)
    world.do(inputs.Cancel())
    world.do(inputs.EditPlan(plan(scene(0, "another", media.ASSET_KIND_CLIP))))
    world.do(inputs.ApprovePlan())
    world.dispatch()
    assert world.sent(requests.AssetRequested)[-1].kind == media.ASSET_KIND_STILL
    world.do(inputs.Cancel())
    world.do(inputs.EditPlan(plan(clip)))
    world.do(inputs.ApprovePlan())
    world.dispatch()
    assert world.sent(requests.AssetRequested)[-1].asset_id == request.asset_id, "it is paid once, and counts once"


def test_money_that_nobody_began_to_spend_is_free_again() -> None:
    world = generating(scene(0, kind=media.ASSET_KIND_CLIP), budget_usd=1.5 * CLIP_USD)
    world.do(inputs.Cancel())
    world.do(inputs.EditPlan(plan(scene(0, "another", media.ASSET_KIND_CLIP))))
    world.do(inputs.ApprovePlan())
    world.dispatch()
    assert world.sent(requests.AssetRequested)[-1].kind == media.ASSET_KIND_CLIP


# --- money ------------------------------------------------------------------------------------------------------------


def test_a_result_that_comes_twice_is_booked_once() -> None:
    world = generating(scene(0))
    (request,) = world.sent(requests.AssetRequested)
    world.begin(request.request_id)
    fact = answer(request, cost_usd=0.028)
    assert isinstance(fact, facts.AssetReady)
    for _ in range(3):
        world.do(fact)
    later = facts.AssetReady()
    later.CopyFrom(fact)
    later.work.attempt = 2
    world.do(later)
    assert (world.project.cost_usd, [b.cost_usd for b in world.bookings]) == (0.028, [0.028])


def test_work_that_nobody_waits_for_books_its_cost_and_nothing_else() -> None:
    world = generating(scene(0))
    (request,) = world.sent(requests.AssetRequested)
    begun = world.begin(request.request_id)
    assert isinstance(begun, inputs.Go)
    world.do(inputs.Cancel())
    fact = answer(request, cost_usd=0.028)
    assert isinstance(fact, facts.AssetReady)
    world.do(fact)
    assert (world.project.state, world.project.cost_usd, world.project.takes) == (State.CANCELED, 0.028, ())


def test_attempts_of_other_stages_are_booked_each() -> None:
    world = World()
    world.create()
    world.upload()
    (request,) = world.sent(requests.TranscriptionRequested)
    world.begin(request.request_id)
    world.do(failure(request, retryable=True, attempt=1, cost_usd=0.01))
    world.now_s += 60
    world.do(inputs.Tick())
    world.begin(request.request_id)
    done = answer(request, attempt=2, cost_usd=0.02)
    assert isinstance(done, facts.TranscriptReady)
    world.do(done)
    assert [(b.attempt, b.cost_usd, b.outcome) for b in world.bookings] == [(1, 0.01, "failed"), (2, 0.02, "done")]
    assert world.project.asset_cost_usd == 0.0


# --- failures ---------------------------------------------------------------------------------------------------------


def test_a_refused_prompt_fails_the_project_and_lets_paid_work_end() -> None:
    world = generating()
    first, second = world.sent(requests.AssetRequested)
    for request in (first, second):
        world.begin(request.request_id)
    world.do(failure(first, "prompt_refused"))
    failed = world.project.failure
    assert failed is not None
    assert (failed.reason_code, failed.stage, failed.retryable) == ("prompt_refused", Stage.ASSET, False)
    paid = answer(second, cost_usd=0.028)
    assert isinstance(paid, facts.AssetReady)
    world.do(paid)
    assert (world.project.state, len(world.project.takes)) == (State.FAILED, 1)


def test_what_nobody_began_is_taken_back_with_the_failure() -> None:
    world = generating()
    first, second = world.sent(requests.AssetRequested)
    world.begin(first.request_id)
    world.do(failure(first, "prompt_refused"))
    assert world.begin(second.request_id) == inputs.Drop("failed")


def test_a_retry_after_a_verdict_is_another_take_of_that_scene_alone() -> None:
    world = generating()
    first, second = world.sent(requests.AssetRequested)
    world.begin(first.request_id)
    world.do(failure(first, "prompt_refused"))
    world.do(inputs.Retry())
    world.dispatch()
    again = {request.scene_id: request for request in world.sent(requests.AssetRequested)[2:]}
    assert (again["s0"].take, again["s1"].take) == (2, 1)
    assert again["s1"].asset_id == second.asset_id


@pytest.mark.parametrize("reason_code", ["kling_credentials", "kling_balance"])
def test_a_retry_after_what_an_operator_mended_is_the_same_take(reason_code: str) -> None:
    world = generating(scene(0))
    (request,) = world.sent(requests.AssetRequested)
    world.begin(request.request_id)
    world.do(failure(request, reason_code))
    world.do(inputs.Retry())
    world.dispatch()
    assert world.sent(requests.AssetRequested)[-1].asset_id == request.asset_id


def test_a_late_success_resumes_a_failed_project() -> None:
    world = generating()
    first, second = world.sent(requests.AssetRequested)
    for request in (first, second):
        world.begin(request.request_id)
    for request in (first, second):
        world.do(failure(request, "prompt_refused"))
    assert world.project.state is State.FAILED
    for request in (second, first):
        late = answer(request)
        assert isinstance(late, facts.AssetReady)
        world.do(late)
    assert (world.project.state, world.project.failure) == (State.COMPILING, None)


def test_starting_a_stage_again_raises_no_take() -> None:
    world = generating(scene(0))
    (request,) = world.sent(requests.AssetRequested)
    world.begin(request.request_id)
    world.do(failure(request, "prompt_refused"))
    world.do(inputs.StartStage(Stage.ASSET))
    world.dispatch()
    assert world.sent(requests.AssetRequested)[-1].asset_id == request.asset_id


def test_a_failed_take_beside_a_good_one_can_be_left() -> None:
    world = World()
    world.make_video()
    (first, _) = shown(world.project)
    world.do(inputs.RegenerateAsset(first))
    world.dispatch()
    request = world.sent(requests.AssetRequested)[-1]
    world.begin(request.request_id)
    world.do(failure(request, "prompt_refused"))
    assert world.project.state is State.FAILED
    world.do(inputs.StartStage(Stage.RENDER))
    assert (world.project.state, world.project.requests) == (State.COMPLETED, ())


def test_a_regenerate_after_a_verdict_raises_again() -> None:
    world = World()
    world.make_video()
    (first, _) = shown(world.project)
    takes = []
    for _ in range(2):
        world.do(inputs.RegenerateAsset(first))
        world.dispatch()
        request = world.sent(requests.AssetRequested)[-1]
        world.begin(request.request_id)
        world.do(failure(request, "prompt_refused"))
        takes.append(request.take)
    assert takes == [2, 3]
    assert [r.status for r in world.project.requests] == [Status.FAILED]
