"""What comes in, and how long its stages take: measured, and said to be assumed where nothing could be measured."""

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.json")
"""Written by `python -m tools.simulate.measure`."""


@dataclass(frozen=True, slots=True)
class Times:
    """CPU seconds of our own work, measured; seconds of the provider and the cluster, assumed."""

    transcription_cpu_s: float
    """Per second of the recording."""
    plan_cpu_s: float
    render_cpu_s: float
    """Per second of the video."""
    clip_s: float = 90.0
    picture_s: float = 20.0
    pod_s: float = 60.0
    """From the wish for a pod to one that works: a node for it, its image, its start."""
    rebalance_s: float = 5.0
    """While a group shares out its partitions anew, nobody begins anything."""
    efficiency: float = 0.85
    """What of K cores a render on K processes uses."""


@dataclass(frozen=True, slots=True)
class Video:
    """The usual one: of the sample's plan, but for how long a recording and a bought clip are, which is assumed."""

    video_s: float
    clips: int
    pictures: int
    clip_length_s: float = 5.0
    recording_s: float = 180.0


def measured_times() -> Times:
    found = json.loads(MEASURED.read_text(encoding="utf-8"))
    return Times(
        transcription_cpu_s=found["transcription"]["cpu_s_per_audio_s"],
        plan_cpu_s=found["plan"]["cpu_s"],
        render_cpu_s=found["render"]["cpu_s_per_video_s"],
    )


def measured_video() -> Video:
    found = json.loads(MEASURED.read_text(encoding="utf-8"))["plan"]
    return Video(found["video_s"], found["clips"], found["pictures"])


def steady(per_hour: float, hours: float, seed: int = 1) -> list[float]:
    """Arrivals as a Poisson process."""
    return list(_poisson(lambda _: per_hour, per_hour, hours, seed))


def burst(count: int, within_s: float, seed: int = 1) -> list[float]:
    """Everybody at once: `count` within so many seconds."""
    chance = random.Random(seed)
    return sorted(chance.uniform(0, within_s) for _ in range(count))


def night(per_hour: float, hours: float, seed: int = 1) -> list[float]:
    """A day's tide: `per_hour` at its highest, nothing for its darkest six hours."""

    def rate(at_s: float) -> float:
        hour = at_s / 3600 % 24
        return per_hour * math.sin(math.pi * (hour - 6) / 18) if hour > 6 else 0.0

    return list(_poisson(rate, per_hour, hours, seed))


def _poisson(rate: Callable[[float], float], most: float, hours: float, seed: int) -> Iterator[float]:
    """By thinning: as many as at the highest rate, of which those stay that the hour's rate allows."""
    chance, at_s = random.Random(seed), 0.0
    while (at_s := at_s + chance.expovariate(most / 3600)) < hours * 3600:
        if chance.random() * most < rate(at_s):
            yield at_s
