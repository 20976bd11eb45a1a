"""Every example of the chart in a real control plane: taken whole, installed, upgraded, rolled back, and gone."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster.control_plane import ControlPlane
from cluster.release import CHART, Release, everything_in, namespace

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))


def refusal(plane: ControlPlane, namespace: str, objects: str) -> str:
    """What the API server says to all of them, each in full; empty where it would take them."""
    words = ["apply", "--dry-run=server", "--validate=strict", "--namespace", namespace, "--filename", "-"]
    try:
        plane.kubectl(*words, given=objects)
    except AssertionError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem.removesuffix("-values"))
def test_an_example_comes_and_goes(plane: ControlPlane, example: Path) -> None:
    with namespace(plane, f"example-{example.stem}") as name:
        release = Release(plane, name, example)
        assert refusal(plane, name, release.rendered()) == ""
        release.install()
        release.rolled_out()
        installed = release.image("gateway")
        release.upgrade("--set", "image.tag=next")
        release.rolled_out()
        assert release.image("gateway").endswith(":next")
        release.rollback(1)
        release.rolled_out()
        assert release.image("gateway") == installed
        assert release.revisions() == ["superseded", "superseded", "deployed"]
        assert len(everything_in(plane, name)) > 20
        release.uninstall()
        plane.until(lambda: not everything_in(plane, name), f"nothing is left: {everything_in(plane, name)}")


def gateway(plane: ControlPlane, name: str) -> dict[str, Any]:
    """A Deployment of the chart, to be spoiled."""
    objects = yaml.safe_load_all(Release(plane, name, CHART / "ci" / "staging-values.yaml").rendered())
    (found,) = (
        each for each in objects if each["kind"] == "Deployment" and each["metadata"]["name"].endswith("-gateway")
        and "kling" not in each["metadata"]["name"]
    )  # fmt: skip
    return dict(found)


def test_a_field_that_nobody_knows_is_refused(plane: ControlPlane) -> None:
    with namespace(plane, "unknown-field") as name:
        spoiled = gateway(plane, name)
        spoiled["spec"]["template"]["spec"]["containers"][0]["comand"] = ["x"]
        said = refusal(plane, name, yaml.safe_dump(spoiled))
        assert 'unknown field "spec.template.spec.containers[0].comand"' in said


def test_a_pod_that_may_too_much_is_refused(plane: ControlPlane) -> None:
    with namespace(plane, "privileged") as name:
        template = gateway(plane, name)["spec"]["template"]
        template["spec"]["containers"][0]["securityContext"] = {"privileged": True}
        account = {"name": template["spec"]["serviceAccountName"], "namespace": name}
        plane.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": template["spec"]}
        assert 'violates PodSecurity "restricted' in refusal(plane, name, yaml.safe_dump(pod))


def test_a_custom_resource_that_breaks_its_rules_is_refused(plane: ControlPlane) -> None:
    with namespace(plane, "custom") as name:
        spoiled = {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": "x"},
            "spec": {"scaleTargetRef": {"name": "x"}, "triggers": "many"},
        }
        assert "spec.triggers" in refusal(plane, name, yaml.safe_dump(spoiled))
