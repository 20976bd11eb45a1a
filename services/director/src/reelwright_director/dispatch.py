"""The dispatch window: which ready assets are asked for now. A pure choice, and the rows that it is made from.

Per product family at most a window of requests is outstanding, by the director's own count, and tenants take turns: one
with a hundred scenes does not keep out one with a single scene.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reelwright.events.v1.media_pb2 import ASSET_KIND_CLIP
from reelwright_chassis.store.port import Value
from reelwright_director.expect import number, present
from reelwright_director.pictures import orders
from reelwright_director.state import Project
from reelwright_director.terms import Status


class Family(StrEnum):
    """What a provider counts its slots by."""

    VIDEO = "video"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in the window's book. `asked`: it is outstanding, else it waits for a place."""

    request_id: str
    project_id: str
    tenant_id: str
    since_s: float
    asked: bool


def ready_rows(project: Project) -> dict[tuple[str, str], dict[str, Value]]:
    """The book's rows of one project, by (family, request_id)."""
    rows: dict[tuple[str, str], dict[str, Value]] = {}
    for request in orders(project):
        family = Family.VIDEO if present(request.order).kind == ASSET_KIND_CLIP else Family.IMAGE
        rows[family, request.request_id] = {
            "family": family.value,
            "request_id": request.request_id,
            "schema_version": 1,
            "project_id": project.project_id,
            "tenant_id": project.tenant_id,
            "since": request.since_s,
            "asked": request.status is not Status.READY,
        }
    return rows


def row_waiting(row: Mapping[str, Value]) -> Waiting:
    return Waiting(
        request_id=str(row["request_id"]),
        project_id=str(row["project_id"]),
        tenant_id=str(row["tenant_id"]),
        since_s=number(row["since"]),
        asked=bool(row["asked"]),
    )


def choose(book: Iterable[Waiting], window: int) -> list[Waiting]:
    """Which waiting requests get a place: oldest first within a tenant, and tenants in turn, the emptiest first."""
    queues: dict[str, deque[Waiting]] = defaultdict(deque)
    outstanding: dict[str, int] = defaultdict(int)
    for entry in sorted(book, key=lambda entry: (entry.since_s, entry.request_id)):
        if entry.asked:
            outstanding[entry.tenant_id] += 1
        else:
            queues[entry.tenant_id].append(entry)
    chosen: list[Waiting] = []
    room = window - sum(outstanding.values())
    while room > len(chosen) and queues:
        tenant = min(queues, key=lambda tenant: (outstanding[tenant], queues[tenant][0].since_s, tenant))
        chosen.append(queues[tenant].popleft())
        outstanding[tenant] += 1
        if not queues[tenant]:
            del queues[tenant]
    return chosen
