"""The dashboards hold together: every panel explains itself, is found by its name, and asks the chosen data source."""

import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from monitoring.dashboards import dashboards, panels
from monitoring.rule_files import ROOT

NAMES = ["gateway", "overview", "pipeline", "providers", "renderer", "workers"]
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def test_there_are_these() -> None:
    assert sorted(dashboards()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_can_be_linked_to_and_chosen_for(name: str) -> None:
    dashboard = dashboards()[name]
    assert dashboard["uid"] == f"reelwright-{name}"
    assert dashboard["tags"] == ["reelwright"]
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["namespace"]["datasource"] == _SOURCE
    ids = Counter(panel["id"] for panel in dashboard["panels"])
    assert max(ids.values()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_panel_covers_another(name: str) -> None:
    places = [panel["gridPos"] for panel in dashboards()[name]["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        assert not _overlap(one, other), (one, other)


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    def meet(at: str, size: str) -> bool:
        return one[at] < other[at] + other[size] and other[at] < one[at] + one[size]

    return meet("x", "w") and meet("y", "h")


@pytest.mark.parametrize(
    ("name", "panel"), list(panels()), ids=lambda each: each["title"] if isinstance(each, dict) else each
)
def test_a_panel_explains_itself_and_asks_for_one_installation(name: str, panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == _SOURCE
    for target in panel["targets"]:
        assert target["datasource"] == _SOURCE
        assert target["expr"].count('namespace=~"$namespace"') == len(
            re.findall(r"(?:reelwright|ALERTS)[\w:]*\{", target["expr"])
        )


@pytest.mark.parametrize(("name", "panel"), list(panels()))
def test_lines_of_latencies_show_traces_that_are_examples_of_them(name: str, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        is_latency = "histogram_quantile" in target["expr"] and "_seconds_bucket" in target["expr"]
        assert target.get("exemplar", False) is (is_latency and panel["type"] == "timeseries"), (name, panel["title"])


def test_titles_are_unique_within_a_dashboard() -> None:
    titles = Counter((name, panel["title"]) for name, panel in panels())
    assert max(titles.values()) == 1


def test_panels_that_runbooks_name_are_there() -> None:
    titles = {(dashboards()[name]["title"].removeprefix("Reelwright / "), panel["title"]) for name, panel in panels()}
    for path in (ROOT / "docs" / "runbooks").glob("*.md"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        for board, named in re.findall(r"\*([A-Z][a-z ]+)\*, ((?:\"[^\"]+\"(?: and )?)+)", text):
            for title in re.findall(r"\"([^\"]+)\"", named):
                assert (board, title) in titles, (path.name, board, title)
