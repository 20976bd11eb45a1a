"""A task's life: submitted, processing, then succeeded or failed. Pure: the time is passed in."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace
from typing import Literal

from reelwright_kling_sim.auth import Dialect
from reelwright_kling_sim.catalog import Family
from reelwright_kling_sim.faults import Fate, Markers, fate_of
from reelwright_kling_sim.orders import Order

Status = Literal["submitted", "processing", "succeeded", "failed"]

NEVER_MS = 2**62
FRAMES_PER_S = 24
MAX_CLIP_S = 15.0
_QUEUE_SHARE = 0.15
_ID_EPOCH_MS = 1_735_689_600_000  # 2025-01-01: ids have 18 digits from October 2025 to July 2032


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the ledger; times in Unix ms, money in hundredths of a unit.

    `fate` is decided when the task is accepted; `drawn` says that its media are on disk (or that it needs none).
    """

    id: str
    dialect: Dialect
    product: str
    model: str
    family: Family
    external_task_id: str | None
    prompt: str
    prompt_hash: str
    width: int
    height: int
    duration_s: int
    count: int
    seed: int
    callback_url: str | None
    watermark: bool
    base_url: str
    slots: int
    price_centi: int
    charged_centi: int
    accepted_at_ms: int
    visible_at_ms: int
    starts_at_ms: int
    ends_at_ms: int
    updated_at_ms: int
    status: Status
    message: str
    fate: Fate
    fate_message: str
    drawn: bool
    purged: bool = False

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in ("succeeded", "failed")

    @property
    def has_outputs(self) -> bool:
        """Whether its media can be fetched, as far as the API says."""
        return self.status == "succeeded" and self.fate != "empty"

    @property
    def duration_text(self) -> str:
        """The clip's real length as the API writes it, cut after the third decimal: "5.041"."""
        milliseconds = int(self.media_duration_s * 1000)
        return f"{milliseconds / 1000:.3f}"

    @property
    def media_duration_s(self) -> float:
        """The real length of its clip: one frame more than asked for, as the vendor's clips have, but at most 15 s."""
        return min(self.duration_s + 1 / FRAMES_PER_S, MAX_CLIP_S)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast tasks run: at once, or with a seeded latency times `scale`."""

    instant: bool
    scale: float
    seed: int
    visible_after_s: float


def plan_task(
    order: Order, markers: Markers, pace: Pace, *, task_id: str, now_ms: int, first_time: bool, base_url: str
) -> Task:
    """The row of an order that is being accepted now."""
    fate, fate_message = fate_of(markers, first_time=first_time)
    seed = seed_of(pace.seed, order.external_task_id or task_id, order.prompt)
    starts_at_ms, ends_at_ms = _schedule(order, markers, pace, random.Random(seed), now_ms)
    visible_after_s = markers.number("visible_after", 10.0) if "visible_after" in markers else pace.visible_after_s
    return Task(
        id=task_id,
        dialect=order.dialect,
        product=order.product,
        model=order.model,
        family=order.family,
        external_task_id=order.external_task_id,
        prompt=order.prompt,
        prompt_hash=hash_of_prompt(order.prompt),
        width=order.width,
        height=order.height,
        duration_s=order.duration_s,
        count=order.count,
        seed=seed,
        callback_url=order.callback_url,
        watermark=order.watermark,
        base_url=base_url,
        slots=order.slots,
        price_centi=order.price_centi,
        charged_centi=0,
        accepted_at_ms=now_ms,
        visible_at_ms=now_ms + round(visible_after_s * 1000),
        starts_at_ms=starts_at_ms,
        ends_at_ms=ends_at_ms,
        updated_at_ms=now_ms,
        status="submitted",
        message="",
        fate=fate,
        fate_message=fate_message,
        drawn=fate != "succeed",
    )


def _schedule(order: Order, markers: Markers, pace: Pace, rng: random.Random, now_ms: int) -> tuple[int, int]:
    scale = 0.0 if pace.instant else pace.scale
    slowness = markers.number("slow", 10.0) if "slow" in markers else 1.0
    jitter = min(2.0, max(0.5, rng.lognormvariate(0.0, 0.25)))
    latency_ms = order.latency_s * scale * slowness * jitter * 1000
    starts_at_ms = now_ms + round(latency_ms * _QUEUE_SHARE)
    return starts_at_ms, NEVER_MS if "stuck" in markers else now_ms + round(latency_ms)


def step(task: Task, now_ms: int) -> Task | None:
    """The task after its next change of status, or None when none is due."""
    if task.status == "submitted" and now_ms >= task.starts_at_ms:
        return replace(task, status="processing", updated_at_ms=now_ms)
    if task.status == "processing" and task.drawn and now_ms >= task.ends_at_ms:
        return _ended(task, now_ms)
    return None


def _ended(task: Task, now_ms: int) -> Task:
    if task.fate == "fail":
        return replace(task, status="failed", message=task.fate_message, updated_at_ms=now_ms)
    return replace(task, status="succeeded", charged_centi=task.price_centi, updated_at_ms=now_ms)


def next_id(now_ms: int, last_id: str | None) -> str:
    """A new task id: 18 decimal digits that grow with time and never repeat."""
    by_time = (now_ms - _ID_EPOCH_MS) << 22
    return str(max(by_time, int(last_id or 0) + 1)).zfill(18)


def hash_of_prompt(prompt: str) -> str:
    """What the ledger keeps in public of a prompt: the first 32 hex digits of its SHA-256."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:32]


def seed_of(*parts: object) -> int:
    """A 32-bit seed out of anything that has a stable text."""
    digest = hashlib.sha256("\x00".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big")
