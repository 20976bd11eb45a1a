"""`python -m charts.rendered`: writes what the examples render to, so that a change of the chart shows what it does."""

from pathlib import Path

import yaml
from charts.charts import EXAMPLES, template


def rendered(example: Path) -> str:
    """All objects of an example, in Helm's order. The dashboards' contents stand in the chart already."""
    objects = template(example)
    for each in objects:
        if each["kind"] == "ConfigMap" and any(name.endswith(".json") for name in each.get("data", {})):
            each["data"] = dict.fromkeys(each["data"], "...")
    return yaml.safe_dump_all(objects, sort_keys=False, width=120)


def path_of(example: Path) -> Path:
    return EXAMPLES / "rendered" / example.name.replace("-values", "")


def main() -> None:
    for example in sorted(EXAMPLES.glob("*-values.yaml")):
        path_of(example).parent.mkdir(exist_ok=True)
        path_of(example).write_text(rendered(example), encoding="utf-8")


if __name__ == "__main__":
    main()
