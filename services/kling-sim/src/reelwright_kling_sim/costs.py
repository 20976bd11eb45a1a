"""`GET /account/costs`: the packs and what is left of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reelwright_kling_sim.accounts import units_of
from reelwright_kling_sim.catalog import Family
from reelwright_kling_sim.errors import Code, KlingError, invalid

VALID_FOR_MS = 180 * 86_400_000


def parse_window(query: Mapping[str, str]) -> tuple[int, int]:
    """The window of purchase times in ms; raises 1201 unless both ends are given."""
    ends = []
    for name in ("start_time", "end_time"):
        value = query.get(name)
        if not value:
            raise KlingError(Code.BAD_PARAMETER, f"{name} is required")
        if not value.isdecimal():
            raise invalid(name, value)
        ends.append(int(value))
    return ends[0], ends[1]


def view(
    units_centi: Mapping[Family, int],
    remaining_centi: Mapping[Family, int],
    *,
    window_ms: tuple[int, int],
    bought_at_ms: int,
    name: str | None,
) -> dict[str, Any]:
    """The packs bought within the window, as the API shows them; without any the list itself is absent."""
    packs = [
        _pack(family, total, remaining_centi[family], bought_at_ms)
        for family, total in units_centi.items()
        if total and window_ms[0] <= bought_at_ms <= window_ms[1] and name in (None, _name(family))
    ]
    answer: dict[str, Any] = {"code": 0, "msg": "Success"}
    return answer | ({"resource_pack_subscribe_infos": packs} if packs else {})


def _name(family: Family) -> str:
    return f"Simulated-{family.capitalize()}"


def _pack(family: Family, total_centi: int, remaining_centi: int, bought_at_ms: int) -> dict[str, Any]:
    return {
        "resource_pack_name": _name(family),
        "resource_pack_id": f"simulated-{family}",
        "resource_pack_type": "decreasing_total",
        "total_quantity": float(units_of(total_centi)),
        "remaining_quantity": float(units_of(remaining_centi)),
        "purchase_time": bought_at_ms,
        "effective_time": bought_at_ms,
        "invalid_time": bought_at_ms + VALID_FOR_MS,
        "status": "online" if remaining_centi > 0 else "runOut",
    }
