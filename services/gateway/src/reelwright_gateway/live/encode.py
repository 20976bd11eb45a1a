"""Events as they go over the wire: server-sent events with JSON."""

from fastapi.sse import format_sse_event

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright_gateway.events.models import ProjectChange, StageProgress
from reelwright_gateway.live.listener import Event
from reelwright_gateway.times import moment


def change_event(change: ProjectChanged) -> Event:
    body = ProjectChange(
        project_id=change.project_id,
        version=change.version,
        state=change.state,
        waiting_on=change.waiting_on,
        at=moment(change.at),
        reason_code=change.reason_code or None,
        assets_ready=change.assets_ready,
        assets_total=change.assets_total,
        cost_usd=change.cost_usd,
        quality=change.quality or None,
    )
    data = sse("change", body.model_dump_json(), event_id=change.version)
    return Event(change.project_id, change.version, data, last=change.state == "deleted")


def progress_event(told: Progressed) -> Event:
    body = StageProgress(
        project_id=told.project_id, stage=told.stage, request_id=told.request_id, percent=told.percent, doing=told.doing
    )
    return Event(told.project_id, 0, sse("progress", body.model_dump_json()))


def sse(event: str, data: str, *, event_id: int | None = None, retry_ms: int | None = None) -> bytes:
    """One event; `retry_ms` is how long a client shall wait before it connects anew."""
    return format_sse_event(
        data_str=data, event=event, id=str(event_id) if event_id is not None else None, retry=retry_ms
    )
