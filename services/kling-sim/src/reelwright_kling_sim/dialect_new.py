"""The NEW video API: `POST /text-to-video/{model}` and its like, `GET /tasks`, `POST /tasks`. Pure."""

from __future__ import annotations

import base64
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
LIST_WINDOW_MS = 30 * 86_400_000
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
    has_sound = _sound(settings, model)
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
        has_sound=has_sound,
        price_centi=video_price_centi(
            model, resolution, duration_s, has_sound=has_sound, has_video=contents.has_video, field="settings.audio"
        ),
        latency_s=model.latency_s + model.latency_per_s * duration_s,
        external_task_id=fields.optional_text(options, "external_task_id"),
        callback_url=fields.optional_text(options, "callback_url"),
        watermark=fields.flag(fields.section(options, "watermark_info"), "enabled"),
    )


def _aspect(settings: Body) -> Fraction:
    return aspect_of(fields.word(settings, "aspect_ratio", _RATIOS, "16:9", prefix="settings."))


def _sound(settings: Body, model: VideoModel) -> bool:
    if model.always_sound or not model.audio_words:
        return model.always_sound
    return fields.word(settings, "audio", model.audio_words, "off", prefix="settings.") != "off"


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


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What `POST /tasks` asks for: a window of times in ms, the id to go on before, filters, and how many."""

    start_ms: int
    end_ms: int
    before_id: str | None
    limit: int
    statuses: tuple[str, ...]
    families: tuple[str, ...]

    def condition(self) -> tuple[str, list[object]]:
        """The query as a condition on the ledger's tasks, and its values."""
        clauses = ["accepted_at_ms BETWEEN ? AND ?"]
        values: list[object] = [self.start_ms, self.end_ms]
        for column, words in (("status", self.statuses), ("family", self.families)):
            if words:
                clauses.append(f"{column} IN ({', '.join('?' * len(words))})")
                values += words
        if self.before_id is not None:
            clauses.append("id < ?")
            values.append(self.before_id)
        return " AND ".join(clauses), values


def parse_list(body: Body, now_ms: int) -> ListQuery:
    """The query in a list request; the cursor overrides the times. Raises 1201."""
    end_ms = _time_ms(body, "end_time", now_ms)
    start_ms = _time_ms(body, "start_time", end_ms - LIST_WINDOW_MS)
    filters = _filters(body)
    cursor = fields.optional_text(body, "cursor")
    if cursor is not None:
        start_ms, end_ms, before_id = _read_cursor(cursor)
    else:
        before_id = None
    limit = fields.whole(body, "limit", range(1, 501), 100)
    return ListQuery(start_ms, end_ms, before_id, limit, filters.get("status", ()), filters.get("product_type", ()))


def _filters(body: Body) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in body.get("filters") or ():
        key, values = item.get("key"), item.get("values")
        if key not in ("status", "product_type") or not isinstance(values, list):
            raise invalid("filters", key)
        found[key] = tuple(map(str, values))
    return found


def _time_ms(body: Body, name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name, value)
    return value


def write_cursor(query: ListQuery, last: Task) -> str:
    """The cursor that goes on after `last`."""
    return base64.urlsafe_b64encode(f"{query.start_ms}:{query.end_ms}:{last.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[int, int, str]:
    try:
        start_ms, end_ms, before_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(":")
        return int(start_ms), int(end_ms), before_id
    except ValueError as error:
        raise invalid("cursor", cursor) from error


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
