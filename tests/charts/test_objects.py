"""What the chart renders is what an API server takes, in every example, on several minors."""

from pathlib import Path

import pytest
from charts.charts import (
    EXAMPLES,
    KUBERNETES,
    MINIMAL,
    Object,
    check,
    component_of,
    named,
    of_kind,
    template,
    with_values,
)

HARDENED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*-values.yaml")), ids=lambda path: path.stem)
def test_every_object_of_an_example_is_valid(example: Path) -> None:
    objects = template(example)
    assert len(objects) > 30
    for version in KUBERNETES:
        for each in objects:
            check(each, version)


def test_names_of_objects_are_unique() -> None:
    for example in EXAMPLES.glob("*-values.yaml"):
        names = [(each["kind"], each["metadata"]["name"]) for each in template(example)]
        assert len(names) == len(set(names))


def pods(objects: list[Object]) -> list[Object]:
    return [each["spec"]["template"]["spec"] for each in objects if each["kind"] in ("Deployment", "Job")]


def test_every_pod_is_hardened() -> None:
    for pod in pods(template(EXAMPLES / "aws-values.yaml")):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == HARDENED
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]


def test_a_deployment_that_something_scales_names_no_replicas() -> None:
    objects = template(with_values(components={"renderer": {"keda": {"enabled": False}, "replicas": 3}}))
    assert named(objects, "Deployment", "renderer")["spec"]["replicas"] == 3
    for name in ("gateway", "director", "planner", "kling-gateway", "transcription"):
        assert "replicas" not in named(objects, "Deployment", name)["spec"]
    assert named(objects, "Deployment", "preview")["spec"]["replicas"] == 1


def test_selectors_find_their_pods_and_no_others() -> None:
    objects = template(EXAMPLES / "aws-values.yaml")
    deployments = of_kind(objects, "Deployment")
    for deployment in deployments:
        wanted = deployment["spec"]["selector"]["matchLabels"].items()
        found = [each for each in deployments if wanted <= each["spec"]["template"]["metadata"]["labels"].items()]
        assert found == [deployment]


def test_settings_become_variables_of_those_who_read_them() -> None:
    settings = {"kafka": {"sessionTimeoutS": 10, "bootstrapServers": "a:1"}, "planner": {"concurrency": 4}}
    objects = template(with_values(settings=settings))
    planner = named(objects, "ConfigMap", "planner")["data"]
    assert planner["REELWRIGHT_KAFKA_SESSION_TIMEOUT_S"] == "10"
    assert planner["REELWRIGHT_PLANNER_CONCURRENCY"] == "4"
    assert "REELWRIGHT_PLANNER_CONCURRENCY" not in named(objects, "ConfigMap", "renderer")["data"]
    assert planner["REELWRIGHT_DIRECTOR_ADDRESS"] == "dns:///rw-reelwright-director.media.svc.cluster.local:50051"


def test_a_changed_setting_makes_new_pods() -> None:
    def checksum(level: str) -> object:
        objects = template(with_values(settings={"log": {"level": level}}))
        return named(objects, "Deployment", "planner")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]

    assert checksum("INFO") != checksum("DEBUG")


def test_secrets_reach_those_who_need_them_alone() -> None:
    objects = template(EXAMPLES / "scram-values.yaml")
    for deployment in of_kind(objects, "Deployment"):
        name = component_of(deployment)
        variables = {each["name"] for each in deployment["spec"]["template"]["spec"]["containers"][0].get("env", [])}
        assert ("KLING_API_KEY" in variables) == (name == "kling-gateway")
        assert ("AWS_SECRET_ACCESS_KEY" in variables) == (name != "kling-sim")


def test_grpc_services_are_headless() -> None:
    for service in of_kind(template(MINIMAL), "Service"):
        is_grpc = any(port["name"] == "grpc" for port in service["spec"]["ports"])
        assert (service["spec"].get("clusterIP") == "None") == is_grpc


def test_a_pod_has_longer_to_end_than_its_work_has() -> None:
    objects = template(EXAMPLES / "aws-values.yaml")
    for deployment in of_kind(objects, "Deployment"):
        name = component_of(deployment)
        grace_s = float(named(objects, "ConfigMap", name)["data"]["REELWRIGHT_SERVICE_GRACE_S"])
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= grace_s + 15


def test_what_is_extra_is_a_template() -> None:
    (extra,) = (o for o in template(EXAMPLES / "scram-values.yaml") if o["metadata"]["name"] == "rw-extra")
    assert extra["kind"] == "ConfigMap"


def test_the_gateway_and_the_simulator_are_the_only_ones_reached_from_outside_or_not_at_all() -> None:
    policies = {
        component_of(policy): policy["spec"]
        for policy in of_kind(template(EXAMPLES / "staging-values.yaml"), "NetworkPolicy")
    }
    (open_rule,) = (rule for rule in policies["gateway"]["ingress"] if rule["ports"] == [{"port": "http"}])
    assert "from" not in open_rule
    (sim_rule,) = policies["kling-sim"]["ingress"]
    (peer,) = sim_rule["from"]
    assert peer["podSelector"]["matchExpressions"][0]["values"] == ["kling-gateway"]
    for name in ("renderer", "transcription", "kling-gateway"):
        (rule,) = policies[name]["ingress"]
        assert rule["ports"] == [{"port": "probes"}]
