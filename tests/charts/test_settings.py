"""What the chart tells each service are settings that it knows, and enough for it to start."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from charts.charts import EXAMPLES, component_of, of_kind, template
from compose.programs import SECRET, check_settings, known_variables

_TELLS_ITSELF = "kling-sim"
"""It refuses what it does not know, and has nothing to be asked for."""


class Told(NamedTuple):
    example: str
    component: str
    module: str
    settings: dict[str, str]
    secrets: frozenset[str]


@cache
def told() -> tuple[Told, ...]:
    """Every Deployment of every example."""
    return tuple(each for path in sorted(EXAMPLES.glob("*-values.yaml")) for each in _told(path))


def _told(example: Path) -> Iterator[Told]:
    objects = template(example)
    data = {component_of(each): each["data"] for each in of_kind(objects, "ConfigMap") if "data" in each}
    for deployment in of_kind(objects, "Deployment"):
        name = component_of(deployment)
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        secrets = frozenset(each["name"] for each in container.get("env", []))
        yield Told(example.stem, name, container["command"][2], data[name], secrets)


def modules() -> list[str]:
    return sorted({each.module for each in told() if each.component != _TELLS_ITSELF})


def test_every_example_has_services_that_are_asked() -> None:
    assert len({each.example for each in told()}) == len(list(EXAMPLES.glob("*-values.yaml")))
    assert len(modules()) >= 7


def test_services_know_what_they_are_told() -> None:
    for each in told():
        if each.module in modules():
            settings = {key for key in each.settings if key.startswith("REELWRIGHT_")}
            assert settings <= known_variables(each.module), (each.example, each.component)


def test_services_can_start_with_what_they_are_told(tmp_path: Path) -> None:
    for module in modules():
        asked = [each for each in told() if each.module == module]
        environments = [each.settings | dict.fromkeys(each.secrets, SECRET) for each in asked]
        answers = check_settings(module, environments, tmp_path)
        for each, answer in zip(asked, answers, strict=True):
            assert (answer.code, answer.err) == (0, ""), (each.example, each.component)
