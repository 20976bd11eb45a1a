"""Who scales by what, and how fast."""

from typing import Any

import pytest
from charts.charts import MINIMAL, Object, Refused, component_of, named, of_kind, template, with_values

from reelwright_chassis.topics import topics

WORKERS = {
    "transcription": "transcription.requests",
    "planner": "plan.requests",
    "kling-gateway": "asset.requests",
    "renderer": "render.requests",
    "renderer-gpu": "render-gpu.requests",
}


def scaled(**components: Any) -> dict[str, Object]:
    everything = {"renderer-gpu": {"enabled": True}} | components
    objects = of_kind(template(with_values(components=everything)), "ScaledObject")
    return {component_of(each): each["spec"] for each in objects}


def test_every_worker_scales_by_the_lag_of_its_own_group() -> None:
    declared = topics()
    found = scaled()
    assert set(found) == set(WORKERS)
    for name, topic in WORKERS.items():
        trigger = found[name]["triggers"][0]
        assert trigger["metadata"]["topic"] == declared.prefix + topic
        assert trigger["metadata"]["consumerGroup"] == declared.prefix + name
        assert declared.topics[topic].groups == (name,)


def test_a_deletion_wakes_who_has_to_forget() -> None:
    (deletions,) = scaled()["kling-gateway"]["triggers"][1:]
    declared = topics().topics["project.deletions"]
    asked = deletions["metadata"]
    assert asked["topic"] == topics().prefix + declared.name
    assert asked["consumerGroup"] == topics().prefix + declared.groups[0]
    assert int(asked["lagThreshold"]) > 1000, "one pod forgets for all"


def test_the_lag_counts_whole_and_from_the_beginning() -> None:
    for spec in scaled().values():
        for asked in (trigger["metadata"] for trigger in spec["triggers"]):
            assert asked["offsetResetPolicy"] == "earliest", "a group that never committed must be able to reach zero"
            assert asked["limitToPartitionsWithLag"] == "true"
            assert asked["excludePersistentLag"] == "false", "a job of ten minutes does not move its offset"
            assert asked["activationLagThreshold"] == "0"
        assert spec["fallback"]["behavior"] == "currentReplicasIfHigher"


def test_pods_go_slowly() -> None:
    for spec in scaled().values():
        down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert down["stabilizationWindowSeconds"] >= 300
        assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 60}]


def test_workers_go_to_zero_but_where_somebody_waits() -> None:
    least = {name: spec["minReplicaCount"] for name, spec in scaled().items()}
    assert least == {"transcription": 0, "planner": 1, "kling-gateway": 0, "renderer": 0, "renderer-gpu": 0}


def test_a_pod_is_wanted_for_as_many_records_as_it_works_on_at_once() -> None:
    assert scaled()["planner"]["triggers"][0]["metadata"]["lagThreshold"] == "8"
    objects = template(with_values(settings={"planner": {"concurrency": 3}}))
    spec = named(objects, "ScaledObject", "planner")["spec"]
    assert spec["triggers"][0]["metadata"]["lagThreshold"] == "3"


@pytest.mark.parametrize(("video", "image", "each", "pods"), [(20, 9, 16, 2), (100, 28, 16, 8), (5, 9, 64, 1)])
def test_more_pods_of_the_kling_gateway_make_no_slot(video: int, image: int, each: int, pods: int) -> None:
    slots = {"videoSlots": video, "imageSlots": image}
    settings = {"director": slots, "kling": {**slots, "concurrency": each}}
    spec = named(template(with_values(settings=settings)), "ScaledObject", "kling-gateway")["spec"]
    assert spec["maxReplicaCount"] == pods


def test_no_more_pods_than_half_of_the_partitions() -> None:
    partitions = topics().topics["transcription.requests"].partitions
    most = {"transcription": {"keda": {"maxReplicaCount": partitions // 2}}}
    assert scaled(**most)["transcription"]["maxReplicaCount"] == partitions // 2
    with pytest.raises(Refused, match=r"more than half of the 48 partitions of transcription.requests"):
        scaled(transcription={"keda": {"maxReplicaCount": partitions // 2 + 1}})


def test_the_chart_knows_the_topics_as_they_are_declared() -> None:
    from importlib.resources import files  # noqa: PLC0415

    from charts.charts import CHART  # noqa: PLC0415

    declared = files("reelwright").joinpath("topics.yaml").read_text(encoding="utf-8")
    assert (CHART / "files" / "topics.yaml").read_text(encoding="utf-8") == declared, "copy it anew: make charts"


def test_gateway_and_director_scale_by_cpu() -> None:
    scalers = of_kind(template(MINIMAL), "HorizontalPodAutoscaler")
    assert {component_of(each) for each in scalers} == {"gateway", "director"}
    assert all(each["spec"]["minReplicas"] >= 2 for each in scalers)


def test_keda_speaks_scram_with_the_brokers_secret() -> None:
    kafka = {
        "bootstrapServers": "k:9093",
        "securityProtocol": "SASL_SSL",
        "saslMechanism": "SCRAM-SHA-256",
        "saslUsername": "u",
    }
    secrets = {"REELWRIGHT_KAFKA_SASL_PASSWORD": {"secret": "kafka"}}
    objects = template(with_values(settings={"kafka": kafka}, secrets=secrets))
    (authentication,) = of_kind(objects, "TriggerAuthentication")
    trigger = named(objects, "ScaledObject", "renderer")["spec"]["triggers"][0]
    assert trigger["authenticationRef"]["name"] == authentication["metadata"]["name"]
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha256", "enable")
    assert "password" not in trigger["metadata"]
