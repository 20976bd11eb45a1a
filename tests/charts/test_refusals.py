"""Values that cannot work are refused in a sentence that says what to change."""

import re
from typing import Any

import pytest
from charts.charts import CHART, Refused, template, with_values


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        template(values)
    return str(refused.value)


Case = tuple[dict[str, Any], str]
CASES: list[Case] = [
    ({"secrets": {"KLING_API_KEY": {"secret": ""}}}, "secrets.KLING_API_KEY.secret must name the Secret"),
    ({"secrets": {"REELWRIGHT_GATEWAY_SECRET": {"secret": ""}}}, "kubectl create secret generic"),
    ({"settings": {"kafka": {"tokenProvider": "aws-msk-iam"}}}, "settings.kafka.awsRegion"),
    ({"settings": {"kling": {"provider": "sim"}}}, "set components.kling-sim.enabled=true"),
    ({"settings": {"planner": {"provider": "openai"}}}, "secrets.OPENAI_API_KEY.secret must name"),
    ({"settings": {"transcription": {"engine": "openai"}}}, "secrets.OPENAI_API_KEY.secret must name"),
    ({"components": {"director": {"keda": {"enabled": True}, "hpa": {"enabled": False}}}}, "reads no topic"),
    ({"components": {"renderer": {"hpa": {"enabled": True}}}}, "exclude each other"),
    ({"tracing": {"enabled": True}}, "tracing.enabled needs tracing.endpoint"),
    ({"components": {"renderer": {"keda": {"minReplicaCount": 61}}}}, "less than minReplicaCount"),
    (
        {"components": {"renderer": {"enabled": False}, "renderer-gpu": {"enabled": True}}},
        "enabled without components.renderer",
    ),
    ({"components": {"gateway": {"hpa": {"minReplicas": 11}}}}, "more than maxReplicas"),
    ({"ingress": {"enabled": True}}, "needs ingress.host"),
    ({"gatewayApi": {"enabled": True}}, "needs gatewayApi.parentRefs"),
    ({"image": {"registry": ""}}, "make images push REGISTRY="),
    ({"settings": {"kafka": {"bootstrapServers": ""}}}, "settings.kafka.bootstrapServers is not set"),
    ({"settings": {"s3": {"bucket": ""}}}, "settings.s3.bucket is not set"),
    ({"components": {"renderer": {"keda": {"maxReplicaCount": 61}}}}, "Set it to 60 or less"),
    ({"settings": {"kafka": {"securityProtocol": "SASL_SSL"}}}, "set settings.kafka.saslUsername, and secrets."),
    (
        {
            "settings": {
                "kafka": {"securityProtocol": "SASL_SSL", "saslMechanism": "OAUTHBEARER", "tokenProvider": "oauth"}
            }
        },
        "KEDA reads the lag with a token of its own",
    ),
    (
        {"settings": {"kling": {"videoSlots": 40}}},
        "settings.director.videoSlots is 20 and settings.kling.videoSlots is 40",
    ),
    ({"externalSecrets": {"enabled": True}}, "needs externalSecrets.storeRef.name"),
]


@pytest.mark.parametrize(("changes", "said"), CASES)
def test_a_combination_that_cannot_work(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(with_values(**changes))


def sentences() -> list[re.Pattern[str]]:
    """What `checks.yaml` can say, with anything in the places of its numbers and names."""
    template_of = re.compile(r'fail \(?(?:printf )?"((?:[^"\\]|\\.)*)"')
    said = template_of.findall((CHART / "templates" / "checks.yaml").read_text(encoding="utf-8"))
    return [re.compile(".+".join(re.escape(part) for part in re.split("%[sd]", each))) for each in said]


def test_every_sentence_was_provoked() -> None:
    told = [refusal(with_values(**changes)) for changes, _ in CASES]
    assert len(sentences()) > 15
    for sentence in sentences():
        assert any(sentence.search(each) for each in told), f"no case provokes: {sentence.pattern}"


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
