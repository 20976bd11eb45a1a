"""What the chart makes of the files of rules and dashboards: objects that operator and sidecar find, and all of it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from charts.charts import CHART, Object, of_kind, template, with_values

_ALL = {"rules": {"enabled": True}, "dashboards": {"enabled": True}}


@cache
def usual() -> list[Object]:
    """The chart's objects with rules and dashboards."""
    return template(with_values(monitoring=_ALL))


def rules(objects: list[Object]) -> dict[str, Any]:
    """Groups by the file that they come from, as rendered."""
    found = of_kind(objects, "PrometheusRule")
    return {each["metadata"]["name"].removeprefix("rw-reelwright-"): each["spec"]["groups"] for each in found}


def written(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]


def test_each_file_is_a_prometheusrule_as_it_is() -> None:
    assert rules(usual()) == {path.stem: written(path) for path in CHART.glob("rules/*.yaml")}


def test_simulated_pictures_are_no_alarm_where_they_are_meant() -> None:
    values = with_values(
        monitoring=_ALL, settings={"kling": {"provider": "sim"}}, components={"kling-sim": {"enabled": True}}
    )
    assert rules(usual()).keys() - rules(template(values)).keys() == {"production"}


def test_runbooks_are_where_the_operator_serves_them() -> None:
    monitoring = {"rules": {"enabled": True, "runbooks": "https://wiki.example/reelwright/"}}
    objects = of_kind(template(with_values(monitoring=monitoring)), "PrometheusRule")
    urls = [
        rule["annotations"]["runbook_url"]
        for each in objects
        for group in each["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    assert len(urls) > 20
    assert all(url.startswith("https://wiki.example/reelwright/") for url in urls)


@pytest.mark.parametrize("path", sorted(CHART.glob("dashboards/*.json")), ids=lambda path: path.stem)
def test_a_dashboard_is_a_configmap_that_the_sidecar_finds(path: Path) -> None:
    objects = of_kind(usual(), "ConfigMap")
    (found,) = (each for each in objects if each["metadata"]["name"] == f"rw-reelwright-dashboard-{path.stem}")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"][path.name]) == json.loads(path.read_text(encoding="utf-8"))
