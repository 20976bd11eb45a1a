"""The tables that this service owns, and how a submission lies in them."""

from decimal import Decimal
from typing import Any

from reelwright_chassis.store.port import Index, Table, Value
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.client.task import Charge
from reelwright_kling_gateway.ladder import FailureKind, Rung
from reelwright_kling_gateway.submissions import State, Submission

SCHEMA_VERSION = 1

ASSETS = Table(
    "generated-assets",
    partition="asset_id",
    indexes=(Index("project", partition="project_id"), Index("status", partition="status")),
)
SUBMISSIONS = Table(
    "submissions", partition="asset_id", sort="rung", indexes=(Index("kling-task", partition="task_id"),)
)
"""Indexed by the vendor's task, failed ones too: a line of the vendor's bill leads to its asset."""
SLOTS = Table("slots", partition="family", sort="slot")
TABLES = (ASSETS, SUBMISSIONS, SLOTS)


def submission_to_item(submission: Submission) -> dict[str, Value]:
    order = submission.order
    return {
        "schema_version": SCHEMA_VERSION,
        "asset_id": submission.asset_id,
        "rung": submission.rung.label,
        "product": order.product.value,
        "model": order.model,
        "prompt": order.prompt,
        "aspect": order.aspect,
        "resolution": order.resolution,
        "duration_s": order.duration_s,
        "external_task_id": order.external_task_id,
        "estimate_usd": submission.estimate_usd,
        "state": submission.state.value,
        **({"task_id": submission.task_id} if submission.task_id else {}),
        "known_to_exist": submission.known_to_exist,
        "failure": submission.failure.value if submission.failure else "",
        "message": submission.message,
        "charges": [_charge_to_value(charge) for charge in submission.charges],
    }


def submission_from_item(item: dict[str, Any]) -> Submission:
    return Submission(
        asset_id=item["asset_id"],
        rung=Rung.of(item["rung"]),
        order=Order(
            product=Product(item["product"]),
            model=item["model"],
            prompt=item["prompt"],
            aspect=item["aspect"],
            resolution=item["resolution"],
            duration_s=item["duration_s"],
            external_task_id=item["external_task_id"],
        ),
        estimate_usd=item["estimate_usd"],
        state=State(item["state"]),
        task_id=item.get("task_id", ""),
        known_to_exist=item["known_to_exist"],
        failure=FailureKind(item["failure"]) if item["failure"] else None,
        message=item["message"],
        charges=tuple(_charge_from_value(charge) for charge in item["charges"]),
    )


def _charge_to_value(charge: Charge) -> Value:
    return {
        "kind": charge.kind,
        "amount": str(charge.amount),
        "package": charge.package,
        "currency": charge.currency,
    }


def _charge_from_value(value: dict[str, str]) -> Charge:
    return Charge(value["kind"], Decimal(value["amount"]), value["package"], value["currency"])
