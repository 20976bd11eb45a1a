"""What the chart tells each service are settings that it knows, and enough for it to start."""

from pathlib import Path

import pytest
from charts.charts import EXAMPLES, component_of, of_kind, template
from compose.test_compose_settings import known_variables, run

_SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*-values.yaml")), ids=lambda path: path.stem)
def test_services_know_what_they_are_told_and_can_start(example: Path, tmp_path: Path) -> None:
    objects = template(example)
    told = {component_of(each): each["data"] for each in of_kind(objects, "ConfigMap") if "data" in each}
    for deployment in of_kind(objects, "Deployment"):
        name = component_of(deployment)
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        module = container["command"][2]
        secrets = {each["name"]: _SECRET for each in container.get("env", [])}
        settings = {key for key in told[name] if key.startswith("REELWRIGHT_")}
        if name != "kling-sim":  # which refuses what it does not know itself
            assert settings <= known_variables(module, tmp_path), name
            done = run(module, "--check-settings", env=told[name] | secrets, cwd=tmp_path)
            assert (done.returncode, done.stderr) == (0, ""), name
