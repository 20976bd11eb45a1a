"""The development cluster's objects are what API servers take, and fit the rest of the tree."""

import re
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml
from charts.charts import EXAMPLES, KUBERNETES, ROOT, Object, check, of_kind, template
from parts import crds, helm, strimzi
from tools.cluster_up import operators

K8S = ROOT / "k8s"


@pytest.fixture(autouse=True, scope="module")
def _parts() -> None:
    for part in (helm, strimzi, crds):
        if why := part.missing():
            pytest.skip(why)


@cache
def built() -> list[Object]:
    command = [str(helm.kubectl()), "kustomize", str(K8S / "dev")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return list(yaml.safe_load_all(done.stdout))


def pods() -> list[Object]:
    return [each["spec"]["template"]["spec"] for each in of_kind(built(), "StatefulSet")]


def the(kind: str, name: str) -> Object:
    (found,) = (each for each in of_kind(built(), kind) if each["metadata"]["name"] == name)
    return found


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_object_is_valid(version: str) -> None:
    assert {each["kind"] for each in built()} == {"Namespace", "Kafka", "KafkaNodePool", "Service", "StatefulSet"}
    for each in built():
        check(each, version)


def test_an_unknown_field_of_a_kafka_is_found() -> None:
    import jsonschema  # noqa: PLC0415

    wrong = the("Kafka", "kafka")
    wrong = {**wrong, "spec": {**wrong["spec"], "zookeeper": {}}}
    with pytest.raises(jsonschema.ValidationError, match="zookeeper"):
        check(wrong, KUBERNETES[0])


def test_pods_pass_the_namespaces_level() -> None:
    assert the("Namespace", "reelwright")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert len(pods()) == 2
    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_same_versions_as_in_compose() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    images = {container["image"] for pod in pods() for container in pod["containers"]}
    assert images == {compose["dynamodb"]["image"], compose["s3"]["image"]}


def test_everything_has_a_version() -> None:
    kind = yaml.safe_load((K8S / "kind.yaml").read_text(encoding="utf-8"))
    versions = [operator["version"] for operator in operators()]
    versions += [node["image"].partition(":")[2].removeprefix("v") for node in kind["nodes"]]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_operators_are_of_the_versions_whose_schemas_hold() -> None:
    found = {operator["name"]: operator["version"] for operator in operators()}
    assert found["strimzi"] == strimzi.VERSION
    assert f"github.com/kedacore/keda/v2@v{found['keda']}" in crds.MODULES


def test_kind_opens_the_doors_that_services_have() -> None:
    kind = yaml.safe_load((K8S / "kind.yaml").read_text(encoding="utf-8"))
    opened = {each["containerPort"]: each["hostPort"] for each in kind["nodes"][0]["extraPortMappings"]}
    doors = [port for name in ("api-door", "s3-door") for port in the("Service", name)["spec"]["ports"]]
    assert opened == {port["nodePort"]: port["port"] for port in doors}


def test_the_chart_is_told_where_all_of_it_is() -> None:
    values: dict[str, Any] = yaml.safe_load((EXAMPLES / "kind-values.yaml").read_text(encoding="utf-8"))
    settings = values["settings"]
    assert (
        settings["kafka"]["bootstrapServers"]
        == f"{the('Kafka', 'kafka')['metadata']['name']}-kafka-bootstrap.reelwright.svc:9092"
    )
    for address in (settings["dynamodb"]["endpointUrl"], settings["s3"]["endpointUrl"]):
        name, port = re.fullmatch(r"http://(\w+):(\d+)", address).groups()  # type: ignore[union-attr]
        assert the("Service", name)["spec"]["ports"][0]["port"] == int(port)
    selected = the("Service", "api-door")["spec"]["selector"]
    gateways = [each for each in of_kind(template(EXAMPLES / "kind-values.yaml"), "Deployment")
                if selected.items() <= each["spec"]["template"]["metadata"]["labels"].items()]  # fmt: skip
    assert len(gateways) == 1
