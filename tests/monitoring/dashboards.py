"""The committed dashboards as Grafana reads them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitoring.rule_files import ROOT

FILES = sorted((ROOT / "charts" / "reelwright" / "dashboards").glob("*.json"))


@dataclass(frozen=True, slots=True)
class PanelQuery:
    """`expression` is PromQL with Grafana's variables in it."""

    dashboard: str
    panel: str
    expression: str

    @property
    def promql(self) -> str:
        """As Grafana would ask with all that may be chosen chosen, and a range that holds a whole test."""
        return self.expression.replace("$namespace", ".*").replace("$__rate_interval", "5m")


@cache
def dashboards() -> dict[str, Any]:
    """By their names."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with the name of its dashboard; rows are none."""
    for name, dashboard in dashboards().items():
        yield from ((name, panel) for panel in dashboard["panels"] if panel["type"] != "row")


def queries() -> list[PanelQuery]:
    return [PanelQuery(name, panel["title"], target["expr"]) for name, panel in panels() for target in panel["targets"]]
