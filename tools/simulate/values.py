"""What the chart ships: each worker's scaling, its pod, its topic; out of values.yaml and the topics' declaration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tools.simulate.scaler import Scaling

CHART = Path(__file__).resolve().parents[2] / "charts" / "reelwright"
TOPICS = {
    "transcription": "transcription.requests",
    "planner": "plan.requests",
    "kling-gateway": "asset.requests",
    "renderer": "render.requests",
}
CONCURRENCY = {"transcription": 1, "planner": 8, "kling-gateway": 16, "renderer": 1}
"""How many requests a pod works on at once, where nothing is set (the chart's `reelwright.concurrency`)."""


@dataclass(frozen=True, slots=True)
class Component:
    """A worker as the chart ships it. `cpus` and `memory_gib` are requested by each of its pods."""

    scaling: Scaling
    partitions: int
    concurrency: int
    cpus: float
    memory_gib: float
    grace_s: float


@dataclass(frozen=True, slots=True)
class Slots:
    """Of the account at the provider."""

    clips: int
    pictures: int


def shipped_slots() -> Slots:
    kling = _values()["settings"]["kling"]
    return Slots(kling["videoSlots"], kling["imageSlots"])


def shipped(slots: Slots) -> dict[str, Component]:
    """The workers, for an account with these slots."""
    values = _values()
    topics = yaml.safe_load((CHART / "files" / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    return {name: _component(values, name, topics[topic]["partitions"], slots) for name, topic in TOPICS.items()}


def _component(values: dict[str, Any], name: str, partitions: int, slots: Slots) -> Component:
    own = values["components"][name]
    keda = {**values["keda"], **values["defaults"]["keda"], **own["keda"]}
    requests = own.get("resources", values["defaults"]["resources"])["requests"]
    grace_s = own.get("terminationGracePeriodSeconds", values["defaults"]["terminationGracePeriodSeconds"]) - 15
    concurrency = CONCURRENCY[name]
    most = keda.get("maxReplicaCount") or most_for(slots, concurrency)
    scaling = Scaling(
        lag_threshold=keda["lagThreshold"] or concurrency,
        least=keda["minReplicaCount"],
        most=most,
        polling_s=keda["pollingInterval"],
        cooldown_s=keda["cooldownPeriod"],
        window_s=keda["stabilizationWindowSeconds"],
    )
    return Component(scaling, partitions, concurrency, _cpus(requests["cpu"]), _gib(requests["memory"]), grace_s)


def most_for(slots: Slots, concurrency: int) -> int:
    """As many pods of the kling-gateway as keep all slots busy: the chart's own rule."""
    return max(1, -(-(slots.clips + slots.pictures) // concurrency))


def _values() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return values


def _cpus(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def _gib(text: str) -> float:
    return float(text[:-2]) / (1024 if text.endswith("Mi") else 1)
