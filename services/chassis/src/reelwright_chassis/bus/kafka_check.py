"""A look at the broker with this process's own rights: reachable, allowed, and with the topics that are declared."""

from collections.abc import Mapping

from reelwright_chassis.bus.kafka_admin import admin_client
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_records import Names
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import Found, find_topics
from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.findings import Finding
from reelwright_chassis.topics import Topic, Topics, topics

_PROVISION = "run `reelwright provision`"


async def check_broker(settings: KafkaSettings, declared: Topics | None = None) -> list[Finding]:
    """One finding for the broker, and one for each declared topic that can be looked at. Changes nothing."""
    declared = declared or topics()
    names = Names(settings.topic_prefix)
    where = settings.bootstrap_servers
    wanted = {names.outside(topic.name): topic for topic in declared.all()}
    try:
        async with admin_client(KafkaClients(settings)) as admin:
            brokers = len((await admin.describe_cluster())["brokers"])
            found = await find_topics(admin, wanted)
    except SettingsError as error:
        return [Finding("broker", where, ok=False, said=str(error), remedy="correct the variables that it names")]
    except Unavailable as error:
        remedy = f"start it, or correct {settings.variable('bootstrap_servers')}, or grant what it says"
        return [Finding("broker", where, ok=False, said=str(error), remedy=remedy)]
    reached = Finding("broker", where, ok=True, said=f"reached, {brokers} broker{'s' if brokers > 1 else ''}")
    return [reached, *(_of_topic(name, topic, found) for name, topic in wanted.items())]


def _of_topic(name: str, topic: Topic, found: Mapping[str, Found]) -> Finding:
    here = found.get(name)
    if here is None:
        return Finding("topics", name, ok=False, said="missing", remedy=_PROVISION)
    if here.partitions < topic.partitions:
        said = f"{here.partitions} partitions, fewer than the declared {topic.partitions}"
        return Finding("topics", name, ok=False, said=said, remedy=_PROVISION)
    return Finding("topics", name, ok=True, said=f"{here.partitions} partitions")
