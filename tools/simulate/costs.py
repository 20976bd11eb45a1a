"""What a run costs: pods by what they request, pictures by the provider's own prices."""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.simulate.pipeline import Trace
from tools.simulate.values import Component
from tools.simulate.workload import Video

from reelwright_chassis.pictures import IMAGE_UNIT_USD, VIDEO_UNIT_USD
from reelwright_kling_gateway.prices import CLIP_UNITS_PER_S, PICTURE_UNITS

CPU_HOUR_USD = 0.045
"""A vCPU with 2 GiB of memory, on demand; assumed, put in your own. Spot nodes cost about 0.4 of it."""
CLIP_MODEL = ("kling-3.0", "720p")
PICTURE_MODEL = "kling-v3"
"""What the kling-gateway asks for, where nothing is set."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars for each video."""

    pods: float
    provider: float


def provider_usd(video: Video) -> float:
    clips = video.clips * CLIP_UNITS_PER_S[CLIP_MODEL] * video.clip_length_s * VIDEO_UNIT_USD
    return clips + video.pictures * PICTURE_UNITS[PICTURE_MODEL] * IMAGE_UNIT_USD


def cost(trace: Trace, components: Mapping[str, Component], video: Video) -> Cost:
    hours = sum(trace.pod_s[name] * components[name].cpus for name in components) / 3600
    videos = max(1, len(trace.latency_s))
    return Cost(hours * CPU_HOUR_USD / videos, provider_usd(video))
