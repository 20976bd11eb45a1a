"""What is on sale: models, what each can do, its price and how long it usually takes.

Prices are the vendor's list of September 2026, in hundredths of a unit; latencies are what people reported seeing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reelwright_kling_sim.errors import Code, KlingError

Family = Literal["video", "image"]

TEXT_TO_VIDEO = "text-to-video"
IMAGE_TO_VIDEO = "image-to-video"
OMNI_VIDEO = "omni-video"
LEGACY_TEXT_TO_VIDEO = "videos/text2video"
LEGACY_IMAGE_TO_VIDEO = "videos/image2video"
IMAGE_GENERATIONS = "images/generations"
OMNI_IMAGE = "images/omni-image"

UNIT_PRICE_USD: Mapping[Family, str] = {"video": "0.14", "image": "0.0035"}

_CLIPS = frozenset({TEXT_TO_VIDEO, IMAGE_TO_VIDEO, LEGACY_TEXT_TO_VIDEO, LEGACY_IMAGE_TO_VIDEO})
_NEW_CLIPS = frozenset({TEXT_TO_VIDEO, IMAGE_TO_VIDEO})
_FIVE_OR_TEN = frozenset({5, 10})


@dataclass(frozen=True, slots=True)
class VideoModel:
    """A video model: its rates per second by resolution, silent and with sound (None: it cannot)."""

    products: frozenset[str]
    durations_s: frozenset[int]
    silent_centi: Mapping[str, int | None]
    sound_centi: Mapping[str, int | None]
    video_input_centi: Mapping[str, int] = field(default_factory=dict)
    audio_words: frozenset[str] = frozenset()
    always_sound: bool = False
    text_prompt_limit: int = 2500
    latency_s: float = 90.0
    latency_per_s: float = 9.0

    @property
    def resolutions(self) -> frozenset[str]:
        """The resolutions that it draws, with or without sound."""
        return frozenset(self.silent_centi) | frozenset(self.sound_centi)


@dataclass(frozen=True, slots=True)
class ImageModel:
    """An image model: the price of one picture from words, from a picture, and in 4k."""

    products: frozenset[str]
    text_centi: int
    reference_centi: int
    uhd_centi: int | None = None
    latency_s: float = 20.0


_TURBO = VideoModel(
    products=_NEW_CLIPS,
    durations_s=frozenset(range(3, 16)),
    silent_centi={"720p": None, "1080p": None},
    sound_centi={"720p": 80, "1080p": 100},
    always_sound=True,
    text_prompt_limit=3072,
    latency_s=10.0,
    latency_per_s=6.0,
)
_V3 = VideoModel(
    products=_CLIPS,
    durations_s=frozenset(range(3, 16)),
    silent_centi={"720p": 60, "1080p": 80, "4k": 300},
    sound_centi={"720p": 90, "1080p": 120, "4k": 300},
    audio_words=frozenset({"native", "off"}),
    text_prompt_limit=3072,
)
_V3_OMNI = VideoModel(
    products=frozenset({OMNI_VIDEO}),
    durations_s=frozenset(range(3, 16)),
    silent_centi={"720p": 60, "1080p": 80, "4k": 300},
    sound_centi={"720p": 80, "1080p": 100, "4k": 300},
    video_input_centi={"720p": 90, "1080p": 120, "4k": 300},
    audio_words=frozenset({"native", "original", "off"}),
    latency_s=56.0,
)
_O1 = VideoModel(
    products=frozenset({OMNI_VIDEO}),
    durations_s=frozenset(range(3, 11)),
    silent_centi={"720p": 60, "1080p": 80},
    sound_centi={"720p": 60, "1080p": 80},
    video_input_centi={"720p": 90, "1080p": 120},
    audio_words=frozenset({"original", "off"}),
    latency_s=56.0,
)
_V2_6 = VideoModel(
    products=_CLIPS,
    durations_s=_FIVE_OR_TEN,
    silent_centi={"720p": 30, "1080p": 50},
    sound_centi={"720p": None, "1080p": 100},
    audio_words=frozenset({"native", "off"}),
)
_V2_5_TURBO = VideoModel(
    products=_CLIPS,
    durations_s=_FIVE_OR_TEN,
    silent_centi={"720p": 30, "1080p": 50},
    sound_centi={},
    latency_s=20.0,
    latency_per_s=5.0,
)

NEW_VIDEO_MODELS: Mapping[str, VideoModel] = {
    "kling-3.0-turbo": _TURBO,
    "kling-3.0": _V3,
    "kling-3.0-omni": _V3_OMNI,
    "kling-o1": _O1,
    "kling-2.6": _V2_6,
    "kling-2.5-turbo": _V2_5_TURBO,
}
LEGACY_VIDEO_MODELS: Mapping[str, VideoModel] = {
    "kling-v3": _V3,
    "kling-v2-6": _V2_6,
    "kling-v2-5-turbo": _V2_5_TURBO,
}
_GENERATIONS = frozenset({IMAGE_GENERATIONS})
_OMNI_IMAGES = frozenset({OMNI_IMAGE})
IMAGE_MODELS: Mapping[str, ImageModel] = {
    "kling-v2-1": ImageModel(_GENERATIONS, text_centi=400, reference_centi=800),
    "kling-v3": ImageModel(_GENERATIONS, text_centi=800, reference_centi=800),
    "kling-image-o1": ImageModel(_OMNI_IMAGES, text_centi=800, reference_centi=800, uhd_centi=1600),
    "kling-v3-omni": ImageModel(_OMNI_IMAGES, text_centi=800, reference_centi=800, uhd_centi=1600),
}
RETIRED_VIDEO = frozenset(
    {"kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master"}
)
RETIRED_IMAGE = frozenset({"kling-v1", "kling-v1-5", "kling-v2", "kling-v2-new"})


def video_model(name: str, product: str) -> VideoModel:
    """The model of that name for that product, in either dialect's spelling; raises 1203."""
    legacy = product.startswith("videos/")
    model = (LEGACY_VIDEO_MODELS if legacy else NEW_VIDEO_MODELS).get(name)
    if name in RETIRED_VIDEO:
        raise _discontinued(name)
    if model is None or product not in model.products:
        raise _unknown(name)
    return model


def image_model(name: str, product: str) -> ImageModel:
    """The image model of that name for that product; raises 1203. One name can mean another thing among videos."""
    model = IMAGE_MODELS.get(name)
    if model is not None and product in model.products:
        return model
    raise _discontinued(name) if name in RETIRED_IMAGE else _unknown(name)


def _discontinued(name: str) -> KlingError:
    return KlingError(Code.NOT_FOUND, f"The model '{name}' has been discontinued and is no longer available.")


def _unknown(name: str) -> KlingError:
    return KlingError(Code.NOT_FOUND, f"The model '{name}' does not exist")
