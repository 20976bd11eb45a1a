"""How much of everything a number of videos an hour needs, by what each stage takes. Pure arithmetic."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tools.simulate.costs import CPU_HOUR_USD, provider_usd
from tools.simulate.values import Component, Slots, most_for
from tools.simulate.workload import Times, Video

RATES = (50, 150, 500, 1000, 3000)
BUSY = 0.75
"""How much of a stage may be busy in the mean: above, queues grow long."""


@dataclass(frozen=True, slots=True)
class Size:
    """For so many videos an hour. `pods` is the most of each worker, `partitions` at least what they ask for."""

    per_hour: int
    slots: Slots
    pods: Mapping[str, int]
    cpus: float
    pods_usd_per_hour: float
    provider_usd_per_hour: float


def busy_s(times: Times, video: Video, components: Mapping[str, Component]) -> dict[str, float]:
    """Seconds of one pod's hands that each video takes, by worker."""
    return {
        "transcription": times.transcription_cpu_s * video.recording_s / components["transcription"].cpus,
        "planner": times.plan_cpu_s / components["planner"].concurrency,
        "renderer": times.render_cpu_s * video.video_s / (components["renderer"].cpus * times.efficiency),
    }


def size(per_hour: int, times: Times, video: Video, components: Mapping[str, Component]) -> Size:
    a_second = per_hour / 3600
    slots = Slots(
        clips=math.ceil(a_second * video.clips * times.clip_s / BUSY),
        pictures=math.ceil(a_second * video.pictures * times.picture_s / BUSY),
    )
    each = busy_s(times, video, components)
    pods = {name: max(1, math.ceil(a_second * seconds / BUSY)) for name, seconds in each.items()}
    pods["kling-gateway"] = most_for(slots, components["kling-gateway"].concurrency)
    cpus = sum(number * components[name].cpus for name, number in pods.items())
    return Size(per_hour, slots, pods, cpus, cpus * BUSY * CPU_HOUR_USD, per_hour * provider_usd(video))


def partitions_for(pods: int) -> int:
    """Twice as many partitions as pods, in dozens: they share evenly, and a topic is seldom widened."""
    return max(12, math.ceil(2 * pods / 12) * 12)
