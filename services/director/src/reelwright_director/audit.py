"""Who did what, and when: one line for each key made or revoked, each brake, each project that an operator moved."""

from collections.abc import Mapping
from dataclasses import dataclass

from reelwright_chassis.ids import new_id
from reelwright_chassis.store.port import Put, Query, Store, Value
from reelwright_director import tables
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.expect import number, typed
from reelwright_director.policy import DAY_S

_KEPT_S = 400 * DAY_S


BRAKES = "brakes"
"""The subject of pauses and resumptions."""


def project_subject(project_id: str) -> str:
    return f"project#{project_id}"


def keys_subject(tenant_id: str) -> str:
    return f"keys#{tenant_id}"


def webhooks_subject(tenant_id: str) -> str:
    return f"webhooks#{tenant_id}"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`what` is a verb with its object in a few words; `by` is as the caller named itself."""

    at_s: float
    by: str
    what: str


def audit_put(subject: str, line: AuditLine) -> Put:
    """The write of a line, for the transaction of what it tells of."""
    item: dict[str, Value] = {
        "subject": subject,
        "audit_id": new_id(),
        "schema_version": SCHEMA_VERSION,
        "at": line.at_s,
        "by": line.by,
        "what": line.what,
        "forget_at": int(line.at_s + _KEPT_S),
    }
    return Put(tables.AUDIT, item)


async def latest(store: Store, subject: str, limit: int = 10) -> list[AuditLine]:
    """The newest lines of a subject, newest first. Raises `Unavailable`."""
    page = await store.query(Query(tables.AUDIT, subject, ascending=False, limit=limit))
    return [_line(item) for item in page.items]


def _line(item: Mapping[str, Value]) -> AuditLine:
    return AuditLine(number(item["at"]), typed(str, item["by"]), typed(str, item["what"]))
