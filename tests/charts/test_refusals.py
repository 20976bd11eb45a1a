"""Values that cannot work are refused in a sentence that says what to change."""

from typing import Any

import pytest
from charts.charts import MINIMAL, Refused, merge, template, with_values


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        template(values)
    return str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secrets": {"KLING_API_KEY": {"secret": ""}}}, "secrets.KLING_API_KEY.secret must name the Secret"),
        ({"secrets": {"REELWRIGHT_GATEWAY_SECRET": {"secret": ""}}}, "kubectl create secret generic"),
        ({"settings": {"kafka": {"tokenProvider": "aws-msk-iam"}}}, "settings.kafka.awsRegion"),
        ({"settings": {"kling": {"provider": "sim"}}}, "set components.kling-sim.enabled=true"),
        ({"settings": {"planner": {"provider": "openai"}}}, "secrets.OPENAI_API_KEY.secret must name"),
        ({"settings": {"transcription": {"engine": "openai"}}}, "secrets.OPENAI_API_KEY.secret must name"),
        ({"components": {"director": {"keda": {"enabled": True}, "hpa": {"enabled": False}}}}, "reads no topic"),
        ({"components": {"renderer": {"hpa": {"enabled": True}}}}, "exclude each other"),
        ({"components": {"renderer": {"keda": {"minReplicaCount": 61}}}}, "less than minReplicaCount"),
        (
            {"components": {"renderer": {"enabled": False}, "renderer-gpu": {"enabled": True}}},
            "enabled without components.renderer",
        ),
        ({"components": {"gateway": {"hpa": {"minReplicas": 11}}}}, "more than maxReplicas"),
        ({"ingress": {"enabled": True}}, "needs ingress.host"),
        ({"gatewayApi": {"enabled": True}}, "needs gatewayApi.parentRefs"),
    ],
)
def test_a_combination_that_cannot_work(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(with_values(**changes))


def test_without_a_registry_the_way_to_one_is_said() -> None:
    assert "make images push REGISTRY=" in refusal(merge(MINIMAL, {"image": {"registry": ""}}))


@pytest.mark.parametrize(("section", "key"), [("kafka", "bootstrapServers"), ("s3", "bucket")])
def test_what_has_no_default_is_asked_for(section: str, key: str) -> None:
    assert f"settings.{section}.{key} is not set" in refusal(merge(MINIMAL, {"settings": {section: {key: ""}}}))


@pytest.mark.parametrize(
    "unknown",
    [
        {"componets": {}},
        {"components": {"rendrer": {"enabled": True}}},
        {"components": {"renderer": {"replica": 2}}},
        {"settings": {"kafka": {"bootstrapServer": "a:1"}}},
        {"settings": {"renderer": {"crf": "good"}}},
        {"keda": {"lagTreshold": 1}},
    ],
)
def test_what_the_chart_does_not_know_is_refused(unknown: dict[str, Any]) -> None:
    said = refusal(with_values(**unknown))
    assert "values don't meet the specifications of the schema" in said
