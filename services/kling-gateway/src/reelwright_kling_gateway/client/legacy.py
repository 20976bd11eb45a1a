"""The legacy dialect: pictures, which the new one does not offer. Pure: what to send, and what an answer means."""

from decimal import Decimal, InvalidOperation
from typing import Any

from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.order import Order
from reelwright_kling_gateway.client.task import Charge, Status, Task

IMAGES_PATH = "/v1/images/generations"
IMAGE_MODELS = frozenset({"kling-v3", "kling-v2-1"})
IMAGE_RESOLUTIONS = frozenset({"1k", "2k"})
IMAGE_PROMPT_CHARS = 2500

_SUCCEED = "succeed"
"""The one status that this dialect spells otherwise."""


def create_request(order: Order) -> tuple[str, dict[str, Any]]:
    """Path and body of the POST. The model is always named: the documented default was retired once already."""
    body = {
        "model_name": order.model,
        "prompt": order.prompt,
        "n": 1,
        "aspect_ratio": order.aspect,
        "resolution": order.resolution,
        "watermark_info": {"enabled": False},
        "external_task_id": order.external_task_id,
    }
    return IMAGES_PATH, body


def task_path(task_or_external_id: str) -> str:
    """Where a picture's task is read, by either of its ids."""
    return f"{IMAGES_PATH}/{task_or_external_id}"


def parse_task(data: Any) -> Task:
    """Raises `KlingError` for a shape that this client does not know."""
    try:
        return Task(
            id=_id(data["task_id"]),
            status=Status.SUCCEEDED if data["task_status"] == _SUCCEED else Status(data["task_status"]),
            message=str(data.get("task_status_msg") or ""),
            external_id=str((data.get("task_info") or {}).get("external_task_id") or ""),
            urls=tuple(str(image["url"]) for image in (data.get("task_result") or {}).get("images") or ()),
            charges=_charges(data),
        )
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise KlingError(Reaction.AMBIGUOUS, "Kling's answer has a shape that is not known.") from error


def _id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a task without an id")
    return value


def _charges(data: dict[str, Any]) -> tuple[Charge, ...]:
    """Units of the image pack, or the discounted amount taken from the balance; which currency is not said."""
    charges = []
    if units := Decimal(str(data.get("final_unit_deduction") or 0)):
        charges.append(Charge("unit", units, package="image"))
    balance = data.get("final_balance_deduction") or {}
    if cash := Decimal(str(balance.get("quota") or 0)):
        charges.append(Charge("cash", cash))
    return tuple(charges)
