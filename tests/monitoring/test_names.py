"""Every metric and label in a rule or a dashboard is one that the code exports; and what it exports is looked at."""

import pytest
from monitoring.dashboards import queries
from monitoring.promql import selectors
from monitoring.registry import SCRAPED, family_of, series
from monitoring.rule_files import rules

_PROMETHEUS_OWN = {"ALERTS"}


def recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


def expressions() -> dict[str, str]:
    """Of all rules and panels, by what they are called."""
    of_rules = {f"rule {n} {rule.get('alert') or rule['record']}": rule["expr"] for n, rule in enumerate(rules())}
    of_panels = {f"{query.dashboard} / {query.panel} {n}": query.promql for n, query in enumerate(queries())}
    return of_rules | of_panels


@pytest.mark.parametrize("name", expressions())
def test_it_asks_for_what_there_is(name: str) -> None:
    for metric, labels in selectors(expressions()[name]):
        if metric in recorded() | _PROMETHEUS_OWN:
            continue
        assert metric in series(), f"no code exports {metric}"
        assert labels <= series()[metric] | SCRAPED, f"{metric} has no such labels: {labels - series()[metric]}"


def test_every_metric_is_looked_at() -> None:
    asked = {family_of(metric) for expression in expressions().values() for metric, _ in selectors(expression)}
    assert {family_of(name) for name in series()} <= asked
