"""The chart ships what the simulation chose, and the simulation reads what the chart ships."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from charts.charts import MINIMAL, of_kind, template
from parts import helm
from tools.simulate.page import page
from tools.simulate.scenarios import scenarios
from tools.simulate.svg import Panel, plot
from tools.simulate.values import shipped, shipped_slots
from tools.simulate.workload import measured_times, measured_video

DOCS = Path(__file__).parents[2] / "docs"


def chosen() -> dict[str, float]:
    found: dict[str, float] = json.loads((DOCS / "scaling.json").read_text(encoding="utf-8"))["chosen"]
    return found


@pytest.mark.parametrize("name", ["transcription", "planner", "kling-gateway", "renderer"])
def test_the_chart_ships_what_was_chosen(name: str) -> None:
    component = shipped(shipped_slots())[name]
    assert component.scaling.window_s == chosen()["stabilizationWindowSeconds"]
    assert component.scaling.cooldown_s == chosen()["cooldownPeriod"]
    assert component.scaling.lag_threshold == chosen()["lagThreshold"] * component.concurrency


def test_the_simulation_reads_what_the_chart_renders() -> None:
    if why := helm.missing():
        pytest.skip(why)
    scaled = {
        each["metadata"]["name"].removeprefix("rw-reelwright-"): each["spec"]
        for each in of_kind(template(MINIMAL), "ScaledObject")
    }
    for name, component in shipped(shipped_slots()).items():
        spec, scaling = scaled[name], component.scaling
        down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert scaling.lag_threshold == int(spec["triggers"][0]["metadata"]["lagThreshold"])
        assert (scaling.least, scaling.most) == (spec["minReplicaCount"], spec["maxReplicaCount"])
        assert (scaling.polling_s, scaling.cooldown_s) == (spec["pollingInterval"], spec["cooldownPeriod"])
        assert scaling.window_s == down["stabilizationWindowSeconds"]
        assert down["policies"] == [
            {"type": "Pods", "value": scaling.down_pods, "periodSeconds": int(scaling.down_period_s)}
        ]


def test_the_page_tells_what_goes_in_now() -> None:
    """Its inputs and its sizes are computed in a moment; only what was simulated is taken from the file."""
    fresh = page([], [], measured_times(), measured_video(), shipped(shipped_slots()))
    there = (DOCS / "scaling.md").read_text(encoding="utf-8")
    for line in fresh.splitlines():
        assert line in there, "run `make simulate`"


def test_every_scenario_has_its_plot() -> None:
    for scenario in scenarios():
        path = DOCS / "images" / f"scaling-{scenario.name}.svg"
        ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert f"images/{path.name}" in (DOCS / "scaling.md").read_text(encoding="utf-8")


def test_a_plot_draws_steps_within_its_bounds() -> None:
    drawn = plot("a < b", [Panel("pods", {"one": [(0, 0), (1, 5), (2, 5), (3, 10)]})])
    root = ElementTree.fromstring(drawn)
    (path,) = (each for each in root.iter("{http://www.w3.org/2000/svg}path") if each.get("stroke") == "#1b6ca8")
    assert path.get("d") == "M64.0 204.0H272.7V129.0H690.0V54.0H690.0"
    assert "a &lt; b" in drawn
