"""What workers tell. A fact counts when its request is outstanding; otherwise it books its cost and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from reelwright.events.v1.facts_pb2 import (
    AssetReady,
    AudioFetched,
    ScenesPlanned,
    TranscriptReady,
    VideoRendered,
    WorkFailed,
)
from reelwright_chassis.reasons import reason
from reelwright_director import scenes
from reelwright_director.decide.assets import add_take, as_ordered
from reelwright_director.decide.copying import adopt
from reelwright_director.decide.failing import attempt_failed, give_up
from reelwright_director.decide.revisions import new_video, set_plan, set_transcript
from reelwright_director.decide.stages import planned, recorded, settle_assets, start_assets, transcribed
from reelwright_director.decide.steps import book, end_attempt, forget, is_redriven, settle
from reelwright_director.decision import Draft
from reelwright_director.expect import present
from reelwright_director.state import Request
from reelwright_director.terms import State, Status

Success: TypeAlias = AudioFetched | TranscriptReady | ScenesPlanned | AssetReady | VideoRendered


def hear(draft: Draft, fact: Success | WorkFailed) -> None:
    """Book the fact's cost; then, if its request is outstanding, let it count."""
    book(draft, fact)
    request = draft.project.request(fact.request_id)
    if request is not None and isinstance(fact, WorkFailed):
        failed(draft, request, fact)
    elif request is not None and not isinstance(fact, WorkFailed):
        succeeded(draft, request, fact)
    if isinstance(fact, AssetReady):
        settle(draft, fact.request_id)
    _remove_again(draft)


def _remove_again(draft: Draft) -> None:
    """A fact that comes after the deletion may have left a blob that the removal did not see."""
    removal = draft.project.removal
    if removal is not None:
        draft.change(removal=replace(removal, due_at_s=(draft.now_s, *removal.due_at_s)))


def succeeded(draft: Draft, request: Request, fact: Success) -> None:
    """An attempt, whichever it was, brought the result."""
    end_attempt(draft, request, "done")
    forget(draft, request)
    settle(draft, request.request_id)
    _TAKERS[type(fact)](draft, request, fact)


def failed(draft: Draft, request: Request, fact: WorkFailed) -> None:
    """A verdict on the input counts whenever it comes; a mishap counts once, and only the latest attempt's.

    That attempt may have been taken for lost: its worker has committed the record, so it must be asked again.
    """
    if not fact.retryable:
        end_attempt(draft, request, "failed", fact.reason_code)
        _exhaust(draft, request, fact)
        give_up(draft, request, fact.reason_code, fact.message, fact.remedy)
    elif request.status is not Status.FAILED and _is_latest(draft, request, fact.work.attempt):
        attempt_failed(draft, request, fact)


def _is_latest(draft: Draft, request: Request, attempt: int) -> bool:
    return attempt == draft.project.begun.get(request.request_id) and attempt > request.failed


def _exhaust(draft: Draft, request: Request, fact: WorkFailed) -> None:
    """The ladder was walked to its end. What can be mended (an account, a key) is no such verdict."""
    if request.order is not None and not reason(fact.reason_code).retryable:
        draft.change(exhausted=tuple(dict.fromkeys((*draft.project.exhausted, request.order.asset_id))))


def _take_audio(draft: Draft, _: Request, fact: AudioFetched) -> None:
    draft.change(failure=None)
    recorded(draft, fact.audio)


def _take_transcript(draft: Draft, request: Request, fact: TranscriptReady) -> None:
    set_transcript(draft, fact.transcript, request.request_id, edited=False)
    draft.change(failure=None)
    transcribed(draft)


def _take_plan(draft: Draft, request: Request, fact: ScenesPlanned) -> None:
    wrong = scenes.problem(fact.plan, present(draft.project.transcript).duration_s)
    if wrong:
        give_up(draft, request, "plan_unusable", wrong)
        return
    set_plan(draft, scenes.tidied(fact.plan), request.request_id, edited=False)
    adopt(draft)
    draft.change(failure=None)
    planned(draft)


def _take_asset(draft: Draft, request: Request, fact: AssetReady) -> None:
    order = present(request.order)
    add_take(draft, order.subject, as_ordered(draft, order, fact.asset))
    if (request.status is Status.FAILED or is_redriven(draft, request)) and _was_last_failure(draft):
        draft.change(failure=None)
        start_assets(draft)
    else:
        settle_assets(draft)


def _was_last_failure(draft: Draft) -> bool:
    """Whether the project failed for assets, and all that had failed are there by now."""
    project = draft.project
    lacking = any(r.status is Status.FAILED for r in project.requests)
    return project.state is State.FAILED and project.failure is not None and not lacking


def _take_video(draft: Draft, request: Request, fact: VideoRendered) -> None:
    new_video(draft, request.revision, request.request_id, fact.video)
    draft.change(state=State.COMPLETED, failure=None)


_TAKERS: dict[type, Callable[..., None]] = {
    AudioFetched: _take_audio,
    TranscriptReady: _take_transcript,
    ScenesPlanned: _take_plan,
    AssetReady: _take_asset,
    VideoRendered: _take_video,
}
