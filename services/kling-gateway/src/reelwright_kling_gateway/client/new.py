"""The new dialect: video. Pure: what to send, and what an answer means."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Order
from reelwright_kling_gateway.client.task import Charge, Status, Task

BATCH_LIMIT = 20
"""Ids in one GET /tasks: the live service refuses more; the docs state no cap."""


@dataclass(frozen=True, slots=True)
class ClipModel:
    """What a text-to-video model takes (vendor's pages, September 2026).

    `audio_off`: it makes sound unless told not to, or says nothing about it when False. `multi_shot`: it cuts between
    shots of its own choice unless told not to.
    """

    resolutions: frozenset[str]
    durations_s: tuple[int, ...]
    prompt_chars: int
    audio_off: bool
    multi_shot: bool

    def duration_for(self, wanted_s: float) -> int:
        """The shortest duration on offer that covers what is wanted; else the longest."""
        return next((offered for offered in self.durations_s if offered >= wanted_s - 1e-6), self.durations_s[-1])


_THREE_TO_FIFTEEN = tuple(range(3, 16))
_HD = frozenset({"720p", "1080p"})

CLIP_MODELS: Mapping[str, ClipModel] = {
    "kling-3.0-turbo": ClipModel(_HD, _THREE_TO_FIFTEEN, 3072, audio_off=False, multi_shot=False),
    "kling-3.0": ClipModel(_HD | {"4k"}, _THREE_TO_FIFTEEN, 3072, audio_off=True, multi_shot=True),
    "kling-2.6": ClipModel(_HD, (5, 10), 2500, audio_off=True, multi_shot=False),
    "kling-2.5-turbo": ClipModel(_HD, (5, 10), 2500, audio_off=False, multi_shot=False),
}


def create_request(order: Order) -> tuple[str, dict[str, Any]]:
    """Path and body of the POST. A misplaced field is ignored in silence, so each must stand where it is read."""
    model = CLIP_MODELS[order.model]
    settings: dict[str, Any] = {
        "resolution": order.resolution,
        "aspect_ratio": order.aspect,
        "duration": order.duration_s,
    }
    if model.audio_off:
        settings["audio"] = "off"
    if model.multi_shot:
        settings["multi_shot"] = False
    options = {"external_task_id": order.external_task_id, "watermark_info": {"enabled": False}}
    return f"/text-to-video/{order.model}", {"prompt": order.prompt, "settings": settings, "options": options}


def parse_tasks(data: Any) -> list[Task]:
    """The tasks of GET /tasks; ids that are unknown there are simply missing."""
    if data is None:
        return []
    if not isinstance(data, list):
        raise _unreadable()
    return [parse_task(entry) for entry in data]


def parse_task(data: Any) -> Task:
    """Raises `KlingError` for a shape that this client does not know."""
    try:
        return Task(
            id=_id(data["id"]),
            status=Status(data["status"]),
            message=str(data.get("message") or ""),
            external_id=str(data.get("external_id") or ""),
            urls=tuple(str(output["url"]) for output in data.get("outputs") or () if output["type"] in _MEDIA),
            charges=tuple(_charge(entry) for entry in data.get("billing") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise _unreadable() from error


_MEDIA = ("video", "image")


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a task without an id")
    return value


def _charge(entry: Mapping[str, Any]) -> Charge:
    return Charge(
        kind=str(entry["charge_type"]),
        amount=Decimal(str(entry["amount"])),
        package=str(entry.get("package_type") or ""),
        currency=str(entry.get("currency") or ""),
    )


def _unreadable() -> KlingError:
    return KlingError(Reaction.AMBIGUOUS, "Kling's answer has a shape that is not known.")
