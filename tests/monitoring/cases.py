"""When each alert fires and when it does not, and what promtool is asked for it.

A case has the series of a time (one value a `step`, 1m if not said), and when to look. A firing alert has its rule's
labels and annotations, and those that the case names.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from monitoring.rule_files import Rule, alerts, group_of, recording

_CASES = Path(__file__).parent / "cases"

Case = dict[str, Any]


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(_CASES.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8")))


def write_promtool_files(folder: Path) -> list[Path]:
    """One for each case and step, with the rules that its alert follows from: promtool evaluates all of a file."""
    written = []
    for number, case in enumerate(cases()):
        rules = folder / f"{number}-rules.yaml"
        rules.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": _needed(case["alert"])}]}), "utf-8")
        for step in sorted({given.get("step", "1m") for given, _ in _times(case)}):
            tests = [_test(case["alert"], step, *time) for time in _times(case) if time[0].get("step", "1m") == step]
            whole = {"rule_files": [rules.name], "evaluation_interval": step, "tests": tests}
            written.append(folder / f"{number}-{step}.yaml")
            written[-1].write_text(yaml.safe_dump(whole), "utf-8")
    return written


def _needed(alert: str) -> list[Rule]:
    """What an alert is made of, by rules of its own group or of recording.yaml, and the alert."""
    rule = alerts()[alert]
    records = [*recording(), *(each for each in group_of(alert) if "record" in each)]
    return [*(each for each in records if each["record"] in rule["expr"]), rule]


def _times(case: Case) -> Iterator[tuple[Case, list[Case]]]:
    yield case["fires"], [_expected(case)]
    for silent in case["silent"]:
        yield silent, []


def _test(alert: str, step: str, given: Case, expected: list[Case]) -> dict[str, Any]:
    return {
        "name": f"{alert}: {given.get('why', 'fires')}",
        "interval": step,
        "input_series": [{"series": series, "values": values} for series, values in given["series"].items()],
        "alert_rule_test": [{"eval_time": given["at"], "alertname": alert, "exp_alerts": expected}],
    }


def _expected(case: Case) -> dict[str, Any]:
    rule, fires = alerts()[case["alert"]], case["fires"]
    return {
        "exp_labels": {**rule["labels"], **fires["labels"]},
        "exp_annotations": {**rule["annotations"], "summary": fires["summary"]},
    }
