"""Callbacks: what is sent to a task's callback_url on each change of status, and the accidents on the way. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from reelwright_kling_sim.tasks import Task, seed_of


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST to a callback_url; `due_at_ms` None holds it back until the task has ended."""

    task_id: str
    webhook_id: str
    url: str
    body: str
    signed: bool
    due_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Accidents:
    """What may befall callbacks; rates are shares of all deliveries, drawn by `seed`."""

    seed: int = 0
    delay_s: float = 0.0
    drop_rate: float = 0.0
    duplicate_rate: float = 0.0
    reorder: bool = False


def plan_deliveries(task: Task, body: str, accidents: Accidents, *, signed: bool) -> tuple[Delivery, ...]:
    """The POSTs for the task's newest status: usually one; none without a callback_url, or when lost."""
    rng = random.Random(seed_of(accidents.seed, "callback", task.id, task.status))
    if task.callback_url is None or rng.random() < accidents.drop_rate:
        return ()
    held_back = accidents.reorder and not task.is_terminal
    delivery = Delivery(
        task_id=task.id,
        webhook_id=str(seed_of(task.id, task.status)),
        url=task.callback_url,
        body=body,
        signed=signed,
        due_at_ms=None if held_back else task.updated_at_ms + round(accidents.delay_s * 1000),
    )
    return (delivery,) * (2 if rng.random() < accidents.duplicate_rate else 1)


def headers_of(delivery: Delivery, secrets: Sequence[str], now_s: float) -> dict[str, str]:
    """The POST's headers: Standard Webhooks, one signature by each secret, when it is to be signed."""
    headers = {"content-type": "application/json"}
    if not delivery.signed or not secrets:
        return headers
    sent_at = datetime.fromtimestamp(int(now_s), UTC)
    signatures = [Webhook(secret).sign(delivery.webhook_id, sent_at, delivery.body) for secret in secrets]
    return headers | {
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(int(now_s)),
        "webhook-signature": " ".join(signatures),
    }
