"""Ordering pictures: which scenes lack one, of which kind the budget allows, and what is no longer wanted."""

from collections.abc import Mapping

from reelwright.events.v1.media_pb2 import (
    ASSET_KIND_CARD,
    ASSET_KIND_CLIP,
    ASSET_KIND_STILL,
    ASSET_SOURCE_GENERATED,
    RUNG_CARD,
    RUNG_PLANNED,
    RUNG_STILL,
    Asset,
    AssetKind,
    Note,
    Rung,
)
from reelwright_director import pictures
from reelwright_director.decide.steps import end_attempt, fail, forget, remember, settle
from reelwright_director.decision import Draft
from reelwright_director.identity import asset_id, asset_request_id
from reelwright_director.policy import KEPT_TAKES
from reelwright_director.prices import cap_usd
from reelwright_director.state import AssetOrder, Request, SceneRef, Take
from reelwright_director.terms import Stage, State, Status

_FALLS: Mapping[int, tuple[int, ...]] = {
    ASSET_KIND_CLIP: (ASSET_KIND_CLIP, ASSET_KIND_STILL),
    ASSET_KIND_STILL: (ASSET_KIND_STILL,),
}
"""What a planned kind may become for lack of money, before it becomes a card."""
_RUNG_OF: Mapping[int, int] = {ASSET_KIND_STILL: RUNG_STILL, ASSET_KIND_CARD: RUNG_CARD}


def order_missing(draft: Draft) -> None:
    """Order a picture for each scene that has none and for which none is being made."""
    for scene in pictures.missing(draft.project):
        if draft.project.state is State.GENERATING and not _being_made(draft, scene):
            order_scene(draft, scene)


def order_scene(draft: Draft, scene: SceneRef) -> None:
    """Order the scene's next take, of the best kind that the budget and the lowest rung allow."""
    take = draft.project.take_numbers.get(scene.subject, 1)
    for kind in affordable_kinds(draft, scene):
        if kind == ASSET_KIND_CARD:
            add_take(draft, scene.subject, _card(scene, take))
        else:
            _order(draft, scene, kind, take)
        return
    fail(draft, Stage.ASSET, "budget_exceeded")


def affordable_kinds(draft: Draft, scene: SceneRef) -> list[int]:
    """Kinds for this scene, best first: the planned one, then what the ladder allows for less money."""
    lowest = draft.project.settings.lowest_rung
    kinds = [*_FALLS.get(scene.kind, ()), ASSET_KIND_CARD]
    allowed = [kind for kind in kinds if kind == scene.kind or _RUNG_OF[kind] <= lowest]
    take = draft.project.take_numbers.get(scene.subject, 1)
    return [kind for kind in allowed if fits_budget(draft, scene, kind, take)]


def fits_budget(draft: Draft, scene: SceneRef, kind: int, take: int) -> bool:
    """What was ordered before, and may have been paid, counts once."""
    request_id = asset_request_id(asset_id(scene.subject, kind, take))
    return pictures.fits_budget(draft.project, request_id, cap_usd(kind, scene.duration_s))


def _order(draft: Draft, scene: SceneRef, kind: int, take: int) -> None:
    asset = asset_id(scene.subject, kind, take)
    order = AssetOrder(asset, scene.scene_id, scene.subject, kind, take, cap_usd(kind, scene.duration_s))
    had = draft.project.request(asset_request_id(asset))
    if had is None or had.status is Status.FAILED:
        request = Request(
            asset_request_id(asset), Stage.ASSET, Status.READY, since_s=draft.now_s, order=order, trace=draft.trace
        )
        remember(draft, request)
        settle(draft, request.request_id)
    if asset not in draft.project.ordered:
        draft.change(ordered=(*draft.project.ordered, asset))


def _card(scene: SceneRef, take: int) -> Asset:
    """A plain card: the renderer draws it, so nobody is asked."""
    card = Asset(
        asset_id=asset_id(scene.subject, ASSET_KIND_CARD, take),
        scene_id=scene.scene_id,
        source=ASSET_SOURCE_GENERATED,
        kind=ASSET_KIND_CARD,
        rung=RUNG_PLANNED if scene.kind == ASSET_KIND_CARD else RUNG_CARD,
        take=take,
    )
    if scene.kind != ASSET_KIND_CARD:
        card.notes.append(_budget_note("a text card"))
    return card


def as_ordered(draft: Draft, order: AssetOrder, asset: Asset) -> Asset:
    """The asset as the project sees it: ordered as less than was planned, its rung says so."""
    seen = Asset()
    seen.CopyFrom(asset)
    seen.asset_id, seen.scene_id, seen.take = order.asset_id, order.scene_id, order.take
    scene = draft.project.scene(order.scene_id)
    if scene is not None and scene.subject == order.subject and scene.kind != order.kind:
        seen.rung = max(seen.rung, Rung.ValueType(_RUNG_OF.get(order.kind, RUNG_PLANNED)))
        seen.notes.append(_budget_note("a still"))
    return seen


def _budget_note(what: str) -> Note:
    return Note(code="budget_fallback", message=f"The budget allowed {what} instead of what was planned.")


def add_take(draft: Draft, subject: str, asset: Asset) -> None:
    """The newest take is the scene's picture, whatever was chosen before."""
    others = tuple(t for t in draft.project.takes if t.asset.asset_id != asset.asset_id)
    chosen = {scene: chosen for scene, chosen in draft.project.chosen.items() if scene != asset.scene_id}
    draft.change(takes=(*others, Take(subject, asset)), chosen=chosen)
    _forget_oldest_take(draft)


def _forget_oldest_take(draft: Draft) -> None:
    """When there are too many: the oldest that no scene shows."""
    takes = draft.project.takes
    if len(takes) + len(draft.project.inherited) > KEPT_TAKES:
        shown = {asset.asset_id for asset in pictures.assets(draft.project)}
        oldest = next(take for take in takes if take.asset.asset_id not in shown)
        draft.change(takes=tuple(take for take in takes if take is not oldest))


def raise_take(draft: Draft, subject: str) -> None:
    """The next order for this subject is another take. Only a user's regenerate or retry comes here.

    A take that was ordered and neither made nor given up for good is not spent: it is asked for again, so that what a
    provider may have made already is taken up instead of bought twice.
    """
    numbers = draft.project.take_numbers
    number = numbers.get(subject, 1)
    spent = {take.asset.asset_id for take in draft.project.takes} | set(draft.project.exhausted)
    names = {asset_id(subject, kind, number) for kind in AssetKind.values()}
    draft.change(take_numbers={**numbers, subject: number + 1 if names & spent else number})


def drop_superseded(draft: Draft, *, every: bool = False) -> None:
    """Take back orders for pictures that no scene shows any more (or all of them)."""
    plan = draft.project.plan
    subjects = {scene.subject for scene in plan.scenes} if plan and not every else set()
    for request in draft.project.requests:
        if request.order is not None and request.order.subject not in subjects:
            end_attempt(draft, request, "superseded")
            forget(draft, request)


def _being_made(draft: Draft, scene: SceneRef) -> bool:
    orders = (request.order for request in pictures.orders(draft.project))
    return any(order is not None and order.subject == scene.subject for order in orders)
