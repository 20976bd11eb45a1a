"""What operators are shown: times, states, reasons and amounts, and nobody's words."""

from collections.abc import Iterable

from reelwright.rpc.v1 import ops_pb2 as rpc
from reelwright.rpc.v1 import project_pb2
from reelwright_director import pictures
from reelwright_director.audit import AuditLine
from reelwright_director.brakebook import Brake
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.overview import StateTally
from reelwright_director.project_view import failure_view, history_view, stage_value, state_value, waiting_value
from reelwright_director.state import Project, Request
from reelwright_director.terms import Stage
from reelwright_director.view import timestamp
from reelwright_director.waiting import next_attempt_at_s, waiting_on
from reelwright_director.why import Why


def line_view(project: Project, brakes: Brakes) -> rpc.ProjectLine:
    line = rpc.ProjectLine(
        project_id=project.project_id,
        tenant_id=project.tenant_id,
        user_id=project.user_id,
        version=project.version,
        state=state_value(project.state),
        waiting_on=waiting_value(waiting_on(project, brakes)),
        waiting_since=timestamp(project.waiting.since_s),
        created_at=timestamp(project.created_at_s),
        updated_at=timestamp(project.updated_at_s),
        cost_usd=project.cost_usd,
    )
    if project.failure is not None:
        line.failed_stage = stage_value(project.failure.stage)
        line.reason_code = project.failure.reason_code
    at_s = next_attempt_at_s(project)
    if at_s is not None:
        line.next_attempt_at.CopyFrom(timestamp(at_s))
    return line


def show_view(project: Project, brakes: Brakes, answer: Why, audit: Iterable[AuditLine]) -> rpc.ShowProjectResponse:
    shown = rpc.ShowProjectResponse(
        why=answer.sentence,
        remedy=answer.remedy,
        line=line_view(project, brakes),
        requests=[_request(project, request) for request in project.requests],
        history=map(history_view, project.history),
        audit=map(audit_view, audit),
        assets_ready=len(pictures.assets(project)),
        assets_total=len(project.plan.scenes) if project.plan else 0,
        transcript_revision=project.transcript.number if project.transcript else 0,
        plan_revision=project.plan.number if project.plan else 0,
        video_revision=project.video.number if project.video else 0,
    )
    if project.failure is not None:
        shown.failure.CopyFrom(failure_view(project.failure))
    return shown


def _request(project: Project, request: Request) -> rpc.OutstandingRequest:
    view = rpc.OutstandingRequest(
        request_id=request.request_id,
        stage=stage_value(request.stage),
        status=request.status.value,
        since=timestamp(request.since_s),
        attempts=project.begun.get(request.request_id, 0),
        errors=request.errors,
        losses=request.losses,
        stalls=request.stalls,
    )
    if request.lease is not None:
        view.worker = request.lease.worker
        view.lease_until.CopyFrom(timestamp(request.lease.until_s))
    if request.deadline_at_s is not None:
        view.deadline_at.CopyFrom(timestamp(request.deadline_at_s))
    if request.retry_at_s is not None:
        view.retry_at.CopyFrom(timestamp(request.retry_at_s))
    if request.order is not None:
        view.asset_id, view.scene_id = request.order.asset_id, request.order.scene_id
        view.cost_cap_usd = request.order.cap_usd
    return view


def tally_view(tally: StateTally) -> rpc.StateCount:
    return rpc.StateCount(
        state=state_value(tally.state),
        count=tally.count,
        at_least=tally.at_least,
        oldest_at=timestamp(tally.oldest_at_s),
        reasons=dict(tally.reasons.most_common()),
    )


def brake_view(brake: Brake) -> rpc.Brake:
    view = rpc.Brake(by=brake.by, why=brake.why, since=timestamp(brake.since_s))
    if brake.stage != ALL:
        view.stage = stage_value(Stage(brake.stage))
    if brake.tenant_id != ALL:
        view.tenant_id = brake.tenant_id
    return view


def audit_view(line: AuditLine) -> rpc.AuditLine:
    return rpc.AuditLine(at=timestamp(line.at_s), by=line.by, what=line.what)


def stage_of(asked: project_pb2.Stage.ValueType) -> str:
    """A brake's stage: its name, or that of all."""
    name = project_pb2.Stage.Name(asked).removeprefix("STAGE_").lower()
    return ALL if asked == project_pb2.STAGE_UNSPECIFIED else Stage(name).value
