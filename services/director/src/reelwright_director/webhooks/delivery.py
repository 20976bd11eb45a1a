"""One delivery: an event on its way to one webhook, with every attempt that was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reelwright_chassis.store.port import Value
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.expect import number, typed
from reelwright_director.keys import due_shard
from reelwright_director.policy import DAY_S

KEPT_S = 30 * DAY_S
KEPT_ATTEMPTS = 20


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` is the answer's, 0 where none came; `error` says in a word why it did not count."""

    at_s: float
    status: int
    error: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """`due_at_s` is set while it is pending: who makes the attempt moves it on first, so that others leave it alone."""

    webhook_id: str
    delivery_id: str
    tenant_id: str
    type: str
    project_id: str
    body: str
    created_at_s: float
    status: DeliveryStatus = DeliveryStatus.PENDING
    due_at_s: float | None = None
    failures: int = 0
    """Of this round: a replay begins anew."""
    attempts: tuple[Attempt, ...] = ()
    version: int = 1


def delivery_item(delivery: Delivery) -> dict[str, Value]:
    """Without a time that it is due at it is in no index."""
    item: dict[str, Value] = {
        "webhook_id": delivery.webhook_id,
        "delivery_id": delivery.delivery_id,
        "schema_version": SCHEMA_VERSION,
        "version": delivery.version,
        "tenant_id": delivery.tenant_id,
        "type": delivery.type,
        "project_id": delivery.project_id,
        "body": delivery.body,
        "created_at": delivery.created_at_s,
        "status": delivery.status.value,
        "failures": delivery.failures,
        "attempts": [_attempt_item(attempt) for attempt in delivery.attempts[-KEPT_ATTEMPTS:]],
        "forget_at": int(delivery.created_at_s + KEPT_S),
    }
    if delivery.due_at_s is not None:
        item |= {"due_shard": due_shard(delivery.webhook_id), "due_at": delivery.due_at_s}
    return item


def item_delivery(item: Mapping[str, Value]) -> Delivery:
    return Delivery(
        webhook_id=str(item["webhook_id"]),
        delivery_id=str(item["delivery_id"]),
        tenant_id=str(item["tenant_id"]),
        type=str(item["type"]),
        project_id=str(item["project_id"]),
        body=str(item["body"]),
        created_at_s=number(item["created_at"]),
        status=DeliveryStatus(str(item["status"])),
        due_at_s=number(item["due_at"]) if "due_at" in item else None,
        failures=typed(int, item["failures"]),
        attempts=tuple(_attempt(typed(dict, attempt)) for attempt in typed(list, item["attempts"])),
        version=typed(int, item["version"]),
    )


def _attempt_item(attempt: Attempt) -> Value:
    return {
        "at": attempt.at_s,
        "status": attempt.status,
        "error": attempt.error,
        "duration": attempt.duration_s,
    }


def _attempt(item: Mapping[str, Value]) -> Attempt:
    return Attempt(number(item["at"]), typed(int, item["status"]), str(item["error"]), number(item["duration"]))
