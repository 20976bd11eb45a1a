"""What the autoscaling test of tests/cluster changes of the chart's values, and that it changes nothing else."""

from cluster.test_autoscaling import values

ADDRESSES = {
    "kafka": {"bootstrap_servers": "127.0.0.1:9092"},
    "dynamodb": {"endpoint_url": "http://127.0.0.1:8000", "region": "local"},
    "s3": {"endpoint_url": "http://127.0.0.1:7070", "region": "local"},
}
WHERE_THINGS_ARE = {"bootstrapServers", "endpointUrl", "publicEndpointUrl", "region"}
SIZE = {"videoHeightPx", "rateCreate"}


def test_only_haste_size_and_what_a_pod_asks_for_differ() -> None:
    given = values(ADDRESSES)
    assert set(given) == {"settings", "keda", "components", "monitoring"}
    assert set(given["keda"]) == {"pollingInterval", "cooldownPeriod", "stabilizationWindowSeconds"}
    for name, component in given["components"].items():
        assert set(component) - {"keda"} <= ({"resources", "extraEnv"} if name == "kling-sim" else {"resources"})
        assert set(component.get("keda", ())) <= {"maxReplicaCount"}
    for settings in given["settings"].values():
        assert set(settings) <= WHERE_THINGS_ARE | SIZE
