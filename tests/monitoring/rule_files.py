"""The chart's rule files as data."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "charts" / "reelwright" / "rules"
FILES = sorted(RULES.glob("*.yaml"))

Rule = dict[str, Any]


@cache
def groups() -> list[list[Rule]]:
    """Of all files, in their order."""
    return [group["rules"] for path in FILES for group in yaml.safe_load(path.read_text("utf-8"))["groups"]]


def rules() -> list[Rule]:
    return [rule for group in groups() for rule in group]


def recording() -> list[Rule]:
    """Those that any group may use."""
    whole = yaml.safe_load((RULES / "recording.yaml").read_text("utf-8"))
    return [rule for group in whole["groups"] for rule in group["rules"]]


def alerts() -> dict[str, Rule]:
    """By name; no two have one."""
    found = [rule for rule in rules() if "alert" in rule]
    assert len({rule["alert"] for rule in found}) == len(found), "two alerts have one name"
    return {rule["alert"]: rule for rule in found}


def group_of(alert: str) -> list[Rule]:
    return next(group for group in groups() if any(rule.get("alert") == alert for rule in group))
