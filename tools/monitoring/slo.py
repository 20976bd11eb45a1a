"""The objectives, and their rules: error ratios over several windows, and alerts on how fast the budget burns.

The windows and factors are those of the Site Reliability Workbook's "multiwindow, multi-burn-rate alerts": a page when
2 % of a month's budget is gone within an hour or 5 % within six, a ticket when 10 % is gone within one day or three. A
short window beside each long one ends the alert soon after its cause has ended.
"""

from dataclasses import dataclass
from typing import Any

import yaml

_HEAD = """# Generated from tools/monitoring/slo.py by `make monitoring`.
"""


@dataclass(frozen=True, slots=True)
class Burn:
    """Fires when the budget burns `factor` times too fast over both windows."""

    long: str
    short: str
    factor: float


PAGE = (Burn("1h", "5m", 14.4), Burn("6h", "30m", 6))
TICKET = (Burn("1d", "2h", 3), Burn("3d", "6h", 1))
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


@dataclass(frozen=True, slots=True)
class Objective:
    """`bad` and `all_` are rates of events, with WINDOW in the place of their range.

    Fewer than `at_least` bad events in the long window wake nobody.
    """

    slo: str
    target: float
    bad: str
    all_: str
    at_least: int
    alert: str
    symptom: str
    what: str
    runbook: str

    @property
    def budget(self) -> float:
        return round(1 - self.target, 6)


OBJECTIVES = (
    Objective(
        slo="success",
        target=0.95,
        bad='sum by (namespace) (rate(reelwright_projects_ended_total{state="failed",fault!="user"}[WINDOW]))',
        all_="sum by (namespace) "
        '(rate(reelwright_projects_ended_total{state=~"completed|failed",fault!="user"}[WINDOW]))',
        at_least=3,
        alert="ReelwrightUsersFail",
        symptom="success",
        what="of the projects fail, by our fault or a provider's",
        runbook="failures.md",
    ),
    Objective(
        slo="duration",
        target=0.95,
        bad='sum by (namespace) (rate(reelwright_project_duration_seconds_count{video="first"}[WINDOW]))'
        ' - sum by (namespace) (rate(reelwright_project_duration_seconds_bucket{video="first",le="900.0"}[WINDOW]))',
        all_='sum by (namespace) (rate(reelwright_project_duration_seconds_count{video="first"}[WINDOW]))',
        at_least=3,
        alert="ReelwrightVideosLate",
        symptom="latency",
        what="of the videos take longer than 15 minutes from the upload",
        runbook="late.md",
    ),
    Objective(
        slo="api",
        target=0.999,
        bad='sum by (namespace) (rate(reelwright_http_request_duration_seconds_count{status=~"5.."}[WINDOW]))',
        all_="sum by (namespace) (rate(reelwright_http_request_duration_seconds_count[WINDOW]))",
        at_least=10,
        alert="ReelwrightApiFails",
        symptom="success",
        what="of the API's answers are errors of ours (5xx)",
        runbook="api.md",
    ),
)


def rules() -> str:
    """rules/slo.yaml."""
    groups = [{"name": f"reelwright-slo-{each.slo}", "rules": [*_records(each), *_alerts(each)]} for each in OBJECTIVES]
    return _HEAD + yaml.dump({"groups": groups}, Dumper=_Dumper, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Expressions over several lines as they are, and nothing by reference."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def _records(objective: Objective) -> list[dict[str, Any]]:
    labels = {"slo": objective.slo}
    ratios = [
        {"record": f"reelwright:error_ratio:rate{window}", "expr": _ratio(objective, window), "labels": labels}
        for window in WINDOWS
    ]
    counts = [
        {"record": f"reelwright:errors:increase{burn.long}", "expr": _count(objective, burn.long), "labels": labels}
        for burn in (*PAGE, *TICKET)
    ]
    return [*ratios, *counts]


def _ratio(objective: Objective, window: str) -> str:
    """Absent while nothing happens."""
    bad, all_ = (text.replace("WINDOW", window) for text in (objective.bad, objective.all_))
    return f"({bad}\nor {all_} * 0)\n/ ({all_} > 0)\n"


def _count(objective: Objective, window: str) -> str:
    return objective.bad.replace("WINDOW", window).replace("rate(", "increase(")


def _alerts(objective: Objective) -> list[dict[str, Any]]:
    return [
        _alert(objective, objective.alert, PAGE, {"severity": "page", "symptom": objective.symptom}, "2m"),
        _alert(
            objective, f"{objective.alert}Slowly", TICKET, {"severity": "ticket", "symptom": objective.symptom}, "15m"
        ),
    ]


def _alert(
    objective: Objective, name: str, burns: tuple[Burn, ...], labels: dict[str, str], for_: str
) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": "\nor\n".join(_burning(objective, burn) for burn in burns) + "\n",
        "for": for_,
        "labels": labels,
        "annotations": {
            "summary": f"{{{{ $value | humanizePercentage }}}} {objective.what}",
            "description": f"At most {100 * objective.budget:g} % may, over a month. At this pace that is soon gone.",
            "runbook_url": f"docs/runbooks/{objective.runbook}#{name.lower()}",
        },
    }


def _burning(objective: Objective, burn: Burn) -> str:
    slo, limit = f'{{slo="{objective.slo}"}}', f"{burn.factor:g} * {objective.budget:g}"
    return (
        f"reelwright:error_ratio:rate{burn.long}{slo} > {limit}\n"
        f"and reelwright:error_ratio:rate{burn.short}{slo} > {limit}\n"
        f"and reelwright:errors:increase{burn.long}{slo} >= {objective.at_least}"
    )
