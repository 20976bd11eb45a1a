"""The NEW video API: `POST /text-to-video/{model}` and its like, `GET /tasks`, `POST /tasks`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reelwright_kling_sim import fields
from reelwright_kling_sim.accounts import amount_text
from reelwright_kling_sim.catalog import IMAGE_TO_VIDEO, OMNI_VIDEO, TEXT_TO_VIDEO, VideoModel, video_model
from reelwright_kling_sim.errors import Code, KlingError, invalid
from reelwright_kling_sim.fields import Body
from reelwright_kling_sim.orders import Order, aspect_of, frame_size
from reelwright_kling_sim.pictures_in import picture_aspect
from reelwright_kling_sim.prices import list_price_usd, video_price_centi
from reelwright_kling_sim.tasks import Task

PRODUCTS = (TEXT_TO_VIDEO, IMAGE_TO_VIDEO, OMNI_VIDEO)
MAX_IDS = 20
_RATIOS = ("16:9", "9:16", "1:1")
_PICTURE_LIMIT_MB = 50
_VIDEO_INPUTS = frozenset({"feature_video", "base_video"})
_PICTURE_INPUTS = frozenset({"first_frame", "last_frame", "refer_image"})
_OTHER_INPUTS = frozenset({"prompt", "element", "voice"})


def parse_create(product: str, model_name: str, body: Body) -> Order:
    """The order in a create request; raises 1203 for the model, then 1201 for the parameters."""
    model = video_model(model_name, product)
    contents = _Contents.read(body, product, model)
    settings = fields.section(body, "settings")
    options = fields.section(body, "options")
    resolution = fields.word(settings, "resolution", model.resolutions, "720p", prefix="settings.")
    duration_s = fields.whole(settings, "duration", model.durations_s, 5, prefix="settings.")
    sound = _sound(settings, model)
    fields.flag(settings, "multi_shot", default=True, prefix="settings.")
    width, height = frame_size(resolution, contents.aspect or _aspect(settings))
    return Order(
        dialect="new",
        product=product,
        model=model_name,
        family="video",
        prompt=contents.prompt,
        width=width,
        height=height,
        duration_s=duration_s,
        count=1,
        price_centi=video_price_centi(
            model, resolution, duration_s, sound=sound, sound_field="settings.audio", has_video=contents.has_video
        ),
        latency_s=model.latency_s + model.latency_per_s * duration_s,
        external_task_id=fields.optional_text(options, "external_task_id"),
        callback_url=fields.optional_text(options, "callback_url"),
        watermark=fields.flag(fields.section(options, "watermark_info"), "enabled"),
    )


def _aspect(settings: Body) -> Fraction:
    return aspect_of(fields.word(settings, "aspect_ratio", _RATIOS, "16:9", prefix="settings."))


def _sound(settings: Body, model: VideoModel) -> str:
    if model.always_sound or not model.audio_words:
        return "native" if model.always_sound else "off"
    return fields.word(settings, "audio", model.audio_words, "off", prefix="settings.")


@dataclass(frozen=True, slots=True)
class _Contents:
    """What is to be shown: the words, the first picture's shape (None: the settings decide), whether a video is in."""

    prompt: str
    aspect: Fraction | None
    has_video: bool

    @classmethod
    def read(cls, body: Body, product: str, model: VideoModel) -> _Contents:
        if product == TEXT_TO_VIDEO:
            return cls(fields.text(body, "prompt", limit=model.text_prompt_limit, required=True), None, False)
        items = _items(body)
        prompt = "".join(fields.text(item, "text", limit=2500) for item in items if item["type"] == "prompt")
        frames = [_picture(item) for item in items if item["type"] == "first_frame"]
        if product == IMAGE_TO_VIDEO and not frames:
            raise KlingError(Code.BAD_PARAMETER, "first_frame is required")
        if product == OMNI_VIDEO and not prompt:
            raise KlingError(Code.BAD_PARAMETER, "prompt is required")
        has_video = any(item["type"] in _VIDEO_INPUTS for item in items)
        return cls(prompt, frames[0] if frames else None, has_video)


def _items(body: Body) -> list[Mapping[str, Any]]:
    items = body.get("contents")
    if not items:
        raise KlingError(Code.BAD_PARAMETER, "contents cannot be empty")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid("contents", type(items).__name__)
    for item in items:
        if item.get("type") not in _VIDEO_INPUTS | _PICTURE_INPUTS | _OTHER_INPUTS:
            raise invalid("contents.type", item.get("type"))
        if item["type"] in _PICTURE_INPUTS:
            _picture(item)
    return items


def _picture(item: Body) -> Fraction:
    return picture_aspect(item.get("url"), f"contents.{item['type']}.url", size_limit_mb=_PICTURE_LIMIT_MB)


def parse_ids(query: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The task ids or the external ids of `GET /tasks`; raises 1201 unless exactly one kind, at most 20."""
    ids, external_ids = (
        [part.strip() for part in query.get(name, "").split(",") if part.strip()]
        for name in ("task_ids", "external_task_ids")
    )
    if not ids and not external_ids:
        raise KlingError(Code.BAD_PARAMETER, "task_ids or external_task_ids is required")
    if len(ids) + len(external_ids) > MAX_IDS:
        raise KlingError(Code.BAD_PARAMETER, f"task_ids and external_task_ids cannot exceed {MAX_IDS} in total")
    if ids and external_ids:
        raise KlingError(Code.BAD_PARAMETER, "task_ids and external_task_ids cannot be used together")
    return ids, external_ids


def created_view(task: Task) -> dict[str, Any]:
    """What a create answers."""
    return _without_none(
        {
            "id": task.id,
            "status": "submitted",
            "create_time": task.accepted_at_ms,
            "update_time": task.accepted_at_ms,
            "external_id": task.external_task_id,
        }
    )


def task_view(task: Task, status: str, urls: Sequence[str]) -> dict[str, Any]:
    """What a look-up, a list and a callback say of a task, whichever dialect made it."""
    return {
        "id": task.id,
        "status": status,
        "message": task.message,
        "create_time": task.accepted_at_ms,
        "update_time": task.updated_at_ms,
        "external_id": task.external_task_id or "",
        "outputs": [_output(task, index, url) for index, url in enumerate(urls)],
        "billing": [_bill(task)] if task.charged_centi else [],
    }


def _output(task: Task, index: int, url: str) -> dict[str, Any]:
    output = {"type": task.family, "url": url, "watermark_url": url if task.watermark else None}
    if task.family == "video":
        output |= {"id": f"{task.id}{index}", "duration": task.duration_text}
    return _without_none(output)


def _bill(task: Task) -> dict[str, str]:
    return {
        "charge_type": "unit",
        "amount": amount_text(task.charged_centi),
        "package_type": task.family,
        "list_price": list_price_usd(task.family, task.charged_centi),
    }


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
