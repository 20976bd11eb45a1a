"""The LEGACY API: `/v1/videos/text2video`, `/v1/images/generations` and their like. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from reelwright_kling_sim import fields
from reelwright_kling_sim.accounts import amount_text
from reelwright_kling_sim.catalog import (
    IMAGE_GENERATIONS,
    LEGACY_IMAGE_TO_VIDEO,
    LEGACY_TEXT_TO_VIDEO,
    OMNI_IMAGE,
    image_model,
    video_model,
)
from reelwright_kling_sim.errors import Code, KlingError, invalid
from reelwright_kling_sim.fields import Body
from reelwright_kling_sim.orders import Order, aspect_of, frame_size
from reelwright_kling_sim.pictures_in import picture_aspect
from reelwright_kling_sim.prices import image_price_centi, list_price_usd, video_price_centi
from reelwright_kling_sim.tasks import Task

PRODUCTS = (LEGACY_TEXT_TO_VIDEO, LEGACY_IMAGE_TO_VIDEO, IMAGE_GENERATIONS, OMNI_IMAGE)
PROMPT_LIMIT = 2500
_DEFAULT_MODEL = {
    LEGACY_TEXT_TO_VIDEO: "kling-v1",  # as documented, though it is retired: a caller must name a model
    LEGACY_IMAGE_TO_VIDEO: "kling-v1",
    IMAGE_GENERATIONS: "kling-v3",
    OMNI_IMAGE: "kling-image-o1",
}
_RESOLUTION_OF_MODE = {"std": "720p", "pro": "1080p", "4k": "4k"}
_CLIP_RATIOS = ("16:9", "9:16", "1:1")
_PICTURE_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
_PICTURE_LIMIT_MB = 10
_PICTURE_SIZES = {IMAGE_GENERATIONS: ("1k", "2k"), OMNI_IMAGE: ("1k", "2k", "4k")}


def parse_create(product: str, body: Body) -> Order:
    """The order in a create request; raises 1203 for the model, then 1201 for the parameters."""
    return _parse_clip(product, body) if product.startswith("videos/") else _parse_picture(product, body)


def _parse_clip(product: str, body: Body) -> Order:
    name = _model_name(product, body)
    model = video_model(name, product)
    prompt, aspect = _clip_contents(product, body)
    modes = tuple(mode for mode, resolution in _RESOLUTION_OF_MODE.items() if resolution in model.resolutions)
    resolution = _RESOLUTION_OF_MODE[fields.word(body, "mode", modes, "std")]
    duration_s = fields.whole_in_text(body, "duration", model.durations_s, 5)
    sound = fields.word(body, "sound", ("on", "off"), "off")
    fields.share(body, "cfg_scale")
    width, height = frame_size(resolution, aspect)
    return Order(
        dialect="legacy",
        product=product,
        model=name,
        family="video",
        prompt=prompt,
        width=width,
        height=height,
        duration_s=duration_s,
        count=1,
        price_centi=video_price_centi(model, resolution, duration_s, sound=sound, sound_field="sound"),
        latency_s=model.latency_s + model.latency_per_s * duration_s,
        **_options(body),
    )


def _clip_contents(product: str, body: Body) -> tuple[str, Fraction]:
    fields.text(body, "negative_prompt", limit=PROMPT_LIMIT)
    if product == LEGACY_TEXT_TO_VIDEO:
        prompt = fields.text(body, "prompt", limit=PROMPT_LIMIT, required=not fields.flag(body, "multi_shot"))
        return prompt, aspect_of(fields.word(body, "aspect_ratio", _CLIP_RATIOS, "16:9"))
    pictures = [name for name in ("image", "image_tail") if body.get(name)]
    if not pictures:
        raise KlingError(Code.BAD_PARAMETER, "image is required")
    aspects = [picture_aspect(body[name], name, size_limit_mb=_PICTURE_LIMIT_MB) for name in pictures]
    return fields.text(body, "prompt", limit=PROMPT_LIMIT), aspects[0]


def _parse_picture(product: str, body: Body) -> Order:
    name = _model_name(product, body)
    model = image_model(name, product)
    prompt = fields.text(body, "prompt", limit=PROMPT_LIMIT, required=True)
    has_reference = _has_reference(product, body)
    if fields.text(body, "negative_prompt", limit=PROMPT_LIMIT) and has_reference:
        raise invalid("negative_prompt", "with image")
    count = fields.whole(body, "n", range(1, 10), 1)
    resolution = fields.word(body, "resolution", _PICTURE_SIZES[product], "1k")
    ratios = (*_PICTURE_RATIOS, "auto") if product == OMNI_IMAGE else _PICTURE_RATIOS
    ratio = fields.word(body, "aspect_ratio", ratios, "auto" if product == OMNI_IMAGE else "16:9")
    width, height = frame_size(resolution, aspect_of("16:9" if ratio == "auto" else ratio))
    return Order(
        dialect="legacy",
        product=product,
        model=name,
        family="image",
        prompt=prompt,
        width=width,
        height=height,
        duration_s=0,
        count=count,
        price_centi=image_price_centi(model, resolution, count, has_reference=has_reference),
        latency_s=model.latency_s,
        **_options(body),
    )


def _has_reference(product: str, body: Body) -> bool:
    """Whether the caller sent pictures to go by; checks them."""
    if product == IMAGE_GENERATIONS:
        if not body.get("image"):
            return False
        picture_aspect(body["image"], "image", size_limit_mb=_PICTURE_LIMIT_MB)
        return True
    pictures = body.get("image_list") or []
    if not isinstance(pictures, list) or not all(isinstance(item, dict) for item in pictures):
        raise invalid("image_list", type(pictures).__name__)
    for item in pictures:
        picture_aspect(item.get("image"), "image_list.image", size_limit_mb=_PICTURE_LIMIT_MB)
    return bool(pictures)


def _model_name(product: str, body: Body) -> str:
    name = body.get("model_name") or _DEFAULT_MODEL[product]
    if not isinstance(name, str):
        raise invalid("model_name", name)
    return name


def _options(body: Body) -> dict[str, Any]:
    return {
        "external_task_id": fields.optional_text(body, "external_task_id"),
        "callback_url": fields.optional_text(body, "callback_url"),
        "watermark": fields.flag(fields.section(body, "watermark_info"), "enabled"),
    }


def parse_page(query: Mapping[str, str]) -> tuple[int, int]:
    """The limit and the offset of a list's page; raises 1201."""
    page, size = (_page_number(query, name, default, most) for name, default, most in _PAGE_FIELDS)
    return size, (page - 1) * size


_PAGE_FIELDS = (("pageNum", 1, 1000), ("pageSize", 30, 500))


def _page_number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = query.get(name, str(default))
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise invalid(name, value)
    return int(value)


def not_found(asked_for: str) -> KlingError:
    """The live refusal of a look-up: a bad parameter rather than a missing resource."""
    return KlingError(Code.BAD_PARAMETER, f"Task not found by id/external id: {asked_for}")


def created_view(task: Task) -> dict[str, Any]:
    """What a create answers."""
    return {
        "task_id": task.id,
        "task_status": "submitted",
        "task_info": {"external_task_id": task.external_task_id} if task.external_task_id else {},
        "created_at": task.accepted_at_ms,
        "updated_at": task.accepted_at_ms,
    }


def task_view(task: Task, status: str, urls: Sequence[str]) -> dict[str, Any]:
    """What a look-up, a list and a callback say of a task; success is spelt `succeed` here."""
    view = created_view(task) | {
        "task_status": "succeed" if status == "succeeded" else status,
        "task_status_msg": task.message,
        "watermark_info": {"enabled": task.watermark},
        "updated_at": task.updated_at_ms,
    }
    if task.status == "succeeded":
        view["task_result"] = {f"{task.family}s": [_result(task, index, url) for index, url in enumerate(urls)]}
        view["final_unit_deduction"] = amount_text(task.charged_centi)
        view["final_balance_deduction"] = {
            "quota": "0",
            "list_price": list_price_usd(task.family, task.charged_centi),
        }
    return view


def _result(task: Task, index: int, url: str) -> dict[str, Any]:
    marked = {"watermark_url": url} if task.watermark else {}
    if task.family == "image":
        return {"index": index, "url": url} | marked
    return {"id": f"{task.id}{index}", "url": url, "duration": task.duration_text} | marked
