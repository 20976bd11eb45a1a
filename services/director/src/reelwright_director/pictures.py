"""Which picture each scene has, which it lacks, and what they may still cost. Pure questions to a project."""

from collections.abc import Iterator

from reelwright.events.v1.media_pb2 import RUNG_PLANNED, Asset, Rung
from reelwright_director.state import Project, Request, SceneRef
from reelwright_director.terms import Stage, Status

_EPSILON_USD = 1e-6
"""Sums of prices are not exact."""


def takes_of(project: Project, scene: SceneRef) -> list[Asset]:
    """What was made for this scene as it is now, oldest first."""
    return [take.asset for take in project.takes if take.subject == scene.subject]


def selected(project: Project, scene: SceneRef) -> Asset | None:
    """The scene's picture: the user's own, the one that they chose, else the newest take."""
    if scene.uploaded is not None:
        return scene.uploaded
    chosen = project.chosen.get(scene.scene_id)
    takes = takes_of(project, scene)
    return next((take.asset for take in project.takes if take.asset.asset_id == chosen), takes[-1] if takes else None)


def missing(project: Project) -> list[SceneRef]:
    """Scenes of the current plan without a picture."""
    scenes = project.plan.scenes if project.plan else ()
    return [scene for scene in scenes if selected(project, scene) is None]


def assets(project: Project) -> list[Asset]:
    """The pictures of the current plan, as far as they are there, by scene."""
    scenes = project.plan.scenes if project.plan else ()
    found = (selected(project, scene) for scene in scenes)
    return [asset for asset in found if asset is not None]


def fallbacks(before: Project | None, after: Project) -> list[Asset]:
    """Pictures that got less than was planned for them, and came by this change."""
    known = {take.asset.asset_id for take in before.takes} if before is not None else set()
    made = (take.asset for take in after.takes)
    return [asset for asset in made if asset.rung > RUNG_PLANNED and asset.asset_id not in known]


def rung_name(asset: Asset) -> str:
    """As people read it: `still`."""
    return Rung.Name(asset.rung).removeprefix("RUNG_").lower()


def orders(project: Project) -> Iterator[Request]:
    """Asset requests that are being worked on or wait to be."""
    return (r for r in project.requests if r.stage is Stage.ASSET and r.status is not Status.FAILED)


def fits_budget(project: Project, request_id: str, cap_usd: float) -> bool:
    """Whether the budget covers this request, beside what others did cost, may have cost, and may cost yet."""
    reserved_usd = {r.request_id: r.order.cap_usd for r in project.requests if r.order and not is_verdict(project, r)}
    reserved_usd = {**project.unsettled, **reserved_usd, request_id: cap_usd}
    booked_usd = project.booked_usd
    open_usd = sum(max(0.0, cap - booked_usd.get(name, 0.0)) for name, cap in reserved_usd.items())
    return project.asset_cost_usd + open_usd <= project.settings.budget_usd + _EPSILON_USD


def is_verdict(project: Project, request: Request) -> bool:
    """Given up because nobody can make it: it costs no more than was told."""
    return request.order is not None and request.order.asset_id in project.exhausted
