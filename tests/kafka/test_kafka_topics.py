"""Topics are made, widened and kept longer as declared, and never shrunk or shortened; a look says what is wrong."""

from collections.abc import Mapping

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from kafka.support import declaration, settings_of
from parts.shared import shared_part

from reelwright_chassis.bus.kafka_admin import admin_client
from reelwright_chassis.bus.kafka_check import check_broker
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import Found, find_topics, provision_topics
from reelwright_chassis.topics import topics


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> KafkaSettings:
    return settings_of(shared_part(tmp_path_factory, "kafka"))


async def found(settings: KafkaSettings, name: str) -> Found | None:
    async with admin_client(KafkaClients(settings)) as admin:
        outside = settings.topic_prefix + name
        return (await find_topics(admin, [outside])).get(outside)


async def set_on_topic(settings: KafkaSettings, name: str, values: Mapping[str, str]) -> None:
    async with admin_client(KafkaClients(settings)) as admin:
        outside = settings.topic_prefix + name
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, outside, dict(values))])
        while (await find_topics(admin, [outside]))[outside].own != values:
            pass  # the broker hears of it a little later


async def test_what_is_declared_is_made_once(settings: KafkaSettings) -> None:
    wanted = declaration(["a", "b"], partitions=2, retention_h=2)
    changes = await provision_topics(settings, wanted)
    assert {(change.name.removeprefix(settings.topic_prefix), change.what) for change in changes} == {
        ("a", "created with 2 partitions, kept 2 h"),
        ("b", "created with 2 partitions, kept 2 h"),
        ("a.dlq", "created with 6 partitions, kept 336 h"),
        ("b.dlq", "created with 6 partitions, kept 336 h"),
    }
    assert await provision_topics(settings, wanted) == []
    made = await found(settings, "a")
    assert made is not None
    assert (made.partitions, made.retention_ms) == (2, 7_200_000)


async def test_the_whole_declaration_is_made_with_fewer_partitions(settings: KafkaSettings) -> None:
    changes = await provision_topics(settings, topics(), partitions=1, replication_factor=1)
    assert len(changes) == len(topics().all())
    assert all("created with 1 partitions" in change.what for change in changes)


async def test_a_dry_run_says_it_and_does_nothing(settings: KafkaSettings) -> None:
    changes = await provision_topics(settings, declaration(["a"]), dry_run=True)
    assert len(changes) == 2
    assert await found(settings, "a") is None


async def test_it_grows_and_keeps_what_others_have_set(settings: KafkaSettings) -> None:
    await provision_topics(settings, declaration(["a"], partitions=2, retention_h=1))
    await set_on_topic(settings, "a", {"retention.ms": "3600000", "max.message.bytes": "123456"})
    changes = await provision_topics(settings, declaration(["a"], partitions=3, retention_h=2))
    assert [change.what for change in changes] == ["widened from 2 to 3 partitions", "kept 2 h instead of 1 h"]
    now = await found(settings, "a")
    assert now == Found(3, 7_200_000, {"retention.ms": "7200000", "max.message.bytes": "123456"})


async def test_it_never_shrinks_or_shortens(settings: KafkaSettings) -> None:
    await provision_topics(settings, declaration(["a"], partitions=3, retention_h=2))
    assert await provision_topics(settings, declaration(["a"], partitions=2, retention_h=1)) == []
    await set_on_topic(settings, "a", {"retention.ms": "-1"})
    assert await provision_topics(settings, declaration(["a"], partitions=2, retention_h=9000)) == []


async def test_a_look_says_what_is_missing_and_what_helps(settings: KafkaSettings) -> None:
    await provision_topics(settings, declaration(["a"], partitions=2))
    broker, *of_topics = await check_broker(settings, declaration(["a", "b"], partitions=3))
    assert (broker.part, broker.ok) == ("broker", True)
    by_name = {finding.name.removeprefix(settings.topic_prefix): finding for finding in of_topics}
    assert {name: finding.ok for name, finding in by_name.items()} == {
        "a": False,
        "b": False,
        "a.dlq": True,
        "b.dlq": False,
    }
    assert by_name["a"].said == "2 partitions, fewer than the declared 3"
    assert (by_name["b"].said, by_name["b"].remedy) == ("missing", "run `reelwright provision`")


async def test_a_look_at_a_broker_that_is_away_names_it() -> None:
    (finding,) = await check_broker(KafkaSettings.load(bootstrap_servers="127.0.0.1:1"))
    assert not finding.ok
    assert "127.0.0.1:1" in finding.said
    assert "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS" in finding.remedy
