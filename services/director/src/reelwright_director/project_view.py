"""`rpc.v1.Project`: all that its owner may see, words and prompts apart."""

from collections import OrderedDict
from collections.abc import Iterator
from functools import cache

from reelwright.events.v1.media_pb2 import ASSET_SOURCE_UPLOADED, Asset, AssetKind, Rung
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_director import pictures
from reelwright_director.brakes import Brakes
from reelwright_director.estimate import Estimate
from reelwright_director.state import Failure, HistoryEntry, Project, ProjectSettings, SceneRef
from reelwright_director.terms import Review, Stage, State, Waiting
from reelwright_director.view import quality, stale, timestamp, warnings
from reelwright_director.waiting import next_attempt_at_s, waiting_on

_REMEMBERED = 512


def project_view(project: Project, brakes: Brakes) -> rpc.Project:
    view = rpc.Project(
        tenant_id=project.tenant_id,
        user_id=project.user_id,
        project_id=project.project_id,
        version=project.version,
        state=state_value(project.state),
        settings=settings_view(project.settings),
        client_reference=project.client_reference,
        labels=project.labels,
        created_at=timestamp(project.created_at_s),
        updated_at=timestamp(project.updated_at_s),
        waiting_on=waiting_value(waiting_on(project, brakes)),
        waiting_since=timestamp(project.waiting.since_s),
        audio=project.audio,
        quality=quality(project),
        warnings=warnings(project),
        scenes=_outcomes(project),
        cost_usd=project.cost_usd,
        stale=[stage_value(stage) for stage in stale(project)],
        transcript_revision=project.transcript.number if project.transcript else 0,
        plan_revision=project.plan.number if project.plan else 0,
    )
    _add_optional(view, project)
    return view


class Views:
    """`project_view` for questions: the same project under the same brakes is told by the same message.

    Nobody changes such a message. `codec` gives a project that did not change as the same object.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[Project, Brakes, rpc.Project]] = OrderedDict()

    def of(self, project: Project, brakes: Brakes) -> rpc.Project:
        known = self._known.get(id(project))
        if known is not None and known[0] is project and known[1] == brakes:
            return known[2]
        view = project_view(project, brakes)
        self._known[id(project)] = (project, brakes, view)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return view


def _add_optional(view: rpc.Project, project: Project) -> None:
    at_s = next_attempt_at_s(project)
    if at_s is not None:
        view.next_attempt_at.CopyFrom(timestamp(at_s))
    if project.failure is not None:
        view.failure.CopyFrom(failure_view(project.failure))
    if project.video is not None:
        view.video.CopyFrom(project.video.video)
    if project.consent is not None:
        at = timestamp(project.consent.accepted_at_s)
        view.consent.CopyFrom(rpc.Consent(terms_version=project.consent.terms_version, accepted_at=at))


@cache
def state_value(state: State) -> rpc.State.ValueType:
    return rpc.State.Value(f"STATE_{state.name}")


@cache
def waiting_value(on: Waiting) -> rpc.WaitingOn.ValueType:
    return rpc.WaitingOn.Value(f"WAITING_ON_{on.name}")


def estimate_view(estimate: Estimate) -> rpc.Estimate:
    stages = [stage_value(stage) for stage in estimate.stages]
    return rpc.Estimate(cost_usd_at_most=estimate.cost_usd_at_most, stages=stages, assets=estimate.assets)


@cache
def stage_value(stage: Stage) -> rpc.Stage.ValueType:
    return rpc.Stage.Value(f"STAGE_{stage.name}")


def settings_view(settings: ProjectSettings) -> rpc.ProjectSettings:
    """The settings with their defaults filled in; a given script is not told back."""
    return rpc.ProjectSettings(
        title=settings.title,
        target_duration_s=settings.target_duration_s,
        review=_review_value(settings.review),
        caption_style=settings.caption_style,
        look=settings.look,
        direction=settings.direction,
        language=settings.language,
        budget_usd=settings.budget_usd,
        lowest_rung=Rung.ValueType(settings.lowest_rung),
        aspect=settings.aspect,
        render=settings.render,
        brand=settings.brand,
    )


@cache
def _review_value(review: Review) -> rpc.Review.ValueType:
    return rpc.Review.Value(f"REVIEW_{review.name}")


def failure_view(failure: Failure) -> rpc.Failure:
    return rpc.Failure(
        stage=stage_value(failure.stage),
        reason_code=failure.reason_code,
        message=failure.message,
        remedy=failure.remedy,
        retryable=failure.retryable,
        charged=failure.charged,
    )


def _outcomes(project: Project) -> Iterator[rpc.SceneOutcome]:
    for index, scene in enumerate(project.plan.scenes if project.plan else ()):
        yield _outcome(index, scene, pictures.selected(project, scene))


def _outcome(index: int, scene: SceneRef, asset: Asset | None) -> rpc.SceneOutcome:
    if asset is None:
        return rpc.SceneOutcome(scene_id=scene.scene_id, index=index, kind=AssetKind.ValueType(scene.kind))
    return rpc.SceneOutcome(
        scene_id=scene.scene_id,
        index=index,
        asset_id=asset.asset_id,
        rung=asset.rung,
        kind=asset.kind,
        simulated=asset.simulated,
        provider="user" if asset.source == ASSET_SOURCE_UPLOADED else asset.provider,
        cost_usd=asset.cost_usd,
        calls_charged=asset.calls_charged,
    )


def history_view(entry: HistoryEntry) -> rpc.HistoryEntry:
    view = rpc.HistoryEntry(
        stage=stage_value(entry.stage) if entry.stage else rpc.STAGE_UNSPECIFIED,
        request_id=entry.request_id,
        attempt=entry.attempt,
        started_at=timestamp(entry.started_at_s),
        outcome=entry.outcome,
        reason_code=entry.reason_code,
        worker=entry.worker,
        trace_id=entry.trace_id,
    )
    if entry.ended_at_s is not None:
        view.ended_at.CopyFrom(timestamp(entry.ended_at_s))
    return view
