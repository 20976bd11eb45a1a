"""docker/compose.yaml against the schema of compose files, and against what this project asks of it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = ("compose.yaml", "compose.mirror.yaml")
_PROBED = {"director", "gateway", "transcription", "planner", "kling-gateway", "renderer", "preview"}


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    """The file with the defaults of its variables in their places."""
    text = (ROOT / "docker" / name).read_text(encoding="utf-8")
    whole: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:?[-?]?([^}]*)\}", r"\1", text))
    return whole


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services().items() if service["image"].startswith("reelwright-")}


@pytest.mark.parametrize("name", FILES)
def test_it_fits_the_schema(name: str) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    command = [str(check), "--builtin-schema=vendor.compose-spec", str(ROOT / "docker" / name)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_deployed_service_is_in_it() -> None:
    locked = {lock.parent.name for lock in ROOT.glob("services/*/requirements.lock")}
    built = {service["build"]["args"]["SERVICE"] for service in ours().values() if "build" in service}
    assert built == locked
    assert set(compose("compose.mirror.yaml")["services"]) == {name for name in ours() if "build" in ours()[name]}


@pytest.mark.parametrize("name", ours())
def test_our_containers_may_do_little(name: str) -> None:
    service = ours()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == "10001:10001"
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_what_people_open_is_published_and_on_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert set(ports) == {"gateway", "grafana", "prometheus", "s3"}
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)


def test_every_image_has_an_exact_tag() -> None:
    for service in services().values():
        assert re.fullmatch(r"[\w./-]+:(dev|v?\d+\.\d+\.\d+)", service["image"]), service["image"]


def test_what_others_wait_for_can_be_waited_for() -> None:
    """And `up --wait` counts a job that ended as done only when somebody waits for its completion."""
    for name, service in services().items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services(), f"{name} waits for {other}"
            healthy = how["condition"] == "service_healthy"
            assert not healthy or other in ours() or "test" in services()[other]["healthcheck"]
    waits = [service.get("depends_on", {}).get("provision") for service in services().values()]
    assert {"condition": "service_completed_successfully"} in waits


def test_every_volume_is_declared() -> None:
    named = {
        place.split(":")[0]
        for service in services().values()
        for place in service.get("volumes", [])
        if place[0] != "."
    }
    assert named == set(compose()["volumes"])


def mounts(service: str) -> dict[str, Path]:
    """Folders and files of this project, by where the container finds them."""
    listed = (place.split(":") for place in services()[service]["volumes"] if place[0] == ".")
    return {inside: (ROOT / "docker" / here).resolve() for here, inside, *_ in listed}


def test_prometheus_has_the_charts_rules_but_those_of_production() -> None:
    config = yaml.safe_load((ROOT / "docker/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    here = mounts("prometheus")["/etc/prometheus/rules"]
    assert here == ROOT / "charts/reelwright/rules"
    named = {Path(path) for path in config["rule_files"]}
    assert {path.parent for path in named} == {Path("/etc/prometheus/rules")}
    assert {path.name for path in named} == {path.name for path in here.glob("*.yaml")} - {"production.yaml"}


def test_grafana_has_the_charts_dashboards() -> None:
    [path] = mounts("grafana")["/etc/grafana/provisioning/dashboards"].glob("*.yaml")
    [provider] = yaml.safe_load(path.read_text(encoding="utf-8"))["providers"]
    here = mounts("grafana")[provider["options"]["path"]]
    assert here == ROOT / "charts/reelwright/dashboards"
    home = Path(services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (here / home.name).is_file()


def test_prometheus_asks_every_service() -> None:
    config = yaml.safe_load((ROOT / "docker/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == _PROBED
    assert set(services()) > _PROBED
