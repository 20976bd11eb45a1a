"""Which milestones a change of a project is, and how each is told: a pure function of the project before and after."""

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ulid import ULID

from reelwright.events.v1.facts_pb2 import ProjectEvent
from reelwright_director.pictures import assets, fallbacks, rung_name
from reelwright_director.state import Project
from reelwright_director.terms import RUNNING, State, Waiting
from reelwright_director.view import quality, timestamp, warnings
from reelwright_director.waiting import waiting_on

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_CHANCE_BITS = 80
_MOST_WARNINGS = 20


class EventType(StrEnum):
    """In the order of a project's life."""

    CREATED = "project.created"
    TRANSCRIBED = "project.transcribed"
    PLANNED = "project.planned"
    REVIEW_REQUIRED = "project.review_required"
    FALLBACK = "asset.fallback"
    BUDGET_EXCEEDED = "budget.exceeded"
    COMPLETED = "project.completed"
    FAILED = "project.failed"
    CANCELED = "project.canceled"
    DELETED = "project.deleted"
    TEST = "webhook.test"


_ENDS = {
    State.COMPLETED: EventType.COMPLETED,
    State.FAILED: EventType.FAILED,
    State.CANCELED: EventType.CANCELED,
    State.DELETED: EventType.DELETED,
}
_GATES = (State.TRANSCRIBED, State.PLANNED)


def events(before: Project | None, after: Project) -> Iterator[ProjectEvent]:
    """What is told of this change, in the order in which it happened. `before` is None for a new project."""
    for kind in _milestones(before, after):
        yield ProjectEvent(
            tenant_id=after.tenant_id,
            user_id=after.user_id,
            project_id=after.project_id,
            event_id=_event_id(after, kind),
            type=kind.value,
            body=spelled(kind, after.updated_at_s, _data(before, after, kind)),
        )


def _milestones(before: Project | None, after: Project) -> Iterator[EventType]:
    if before is None:
        yield EventType.CREATED
        if after.state in _GATES:  # a copy, which begins with what is its source's
            yield EventType.REVIEW_REQUIRED
        return
    if before.state is State.TRANSCRIBING and len(after.transcripts) and after.transcript != before.transcript:
        yield EventType.TRANSCRIBED
    if before.state is State.PLANNING and after.plan is not None and after.plan != before.plan:
        yield EventType.PLANNED
    if fallbacks(before, after):
        yield EventType.FALLBACK
    if after.state is before.state:
        return
    if before.state in RUNNING and after.state in _GATES:
        yield EventType.REVIEW_REQUIRED
    if after.state is State.FAILED and waiting_on(after) is Waiting.BUDGET:
        yield EventType.BUDGET_EXCEEDED
    if after.state in _ENDS:
        yield _ENDS[after.state]


def _event_id(project: Project, kind: EventType) -> str:
    """A ULID that the same event has each time it is derived: of its time, and of what it tells."""
    text = f"{project.project_id}\n{project.version}\n{kind.value}"
    chance = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    return str(ULID.from_int(int(project.updated_at_s * 1000) << _CHANCE_BITS | chance))


def _data(before: Project | None, after: Project, kind: EventType) -> dict[str, Any]:
    data: dict[str, Any] = {"sequence": after.version, "project": snapshot(after)}
    if kind is EventType.FALLBACK:
        data["assets"] = [
            {"id": asset.asset_id, "scene_id": asset.scene_id, "rung": rung_name(asset)}
            for asset in fallbacks(before, after)
        ]
    return data


def snapshot(project: Project) -> dict[str, Any]:
    """The project as webhooks tell it: nothing that somebody said, wrote or prompted."""
    failure = project.failure
    return {
        "id": project.project_id,
        "user_id": project.user_id,
        "version": project.version,
        "state": project.state.value,
        "waiting_on": waiting_on(project).value,
        "client_reference": project.client_reference or None,
        "labels": dict(project.labels),
        "created_at": _time(project.created_at_s),
        "updated_at": _time(project.updated_at_s),
        "assets_ready": len(assets(project)),
        "assets_total": len(project.plan.scenes) if project.plan else 0,
        "cost_usd": round(project.cost_usd, 6),
        "quality": quality(project) or None,
        "warnings": sorted({note.code for note in warnings(project)})[:_MOST_WARNINGS],
        "failure": failure and {
            "stage": failure.stage.value,
            "code": failure.reason_code,
            "message": failure.message,
            "remedy": failure.remedy,
            "retryable": failure.retryable,
        },
    }  # fmt: skip


@lru_cache(maxsize=16)
def _time(at_s: float) -> str:
    """One event names the same time thrice."""
    return timestamp(at_s).ToJsonString()


def spelled(kind: EventType, at_s: float, data: dict[str, Any]) -> str:
    """A body as Standard Webhooks has it: type, timestamp, data."""
    body = {"type": kind.value, "timestamp": _time(at_s), "data": data}
    return _ENCODER.encode(body)
