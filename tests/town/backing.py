"""The real parts that a fleet stands on, provisioned under names of their own, and clients to them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from unittest import mock

from parts import dynamodb, s3

from reelwright_chassis.blobs.s3 import S3Blobs
from reelwright_chassis.blobs.s3_bucket import provision_bucket
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.store.dynamo import DynamoStore
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.dynamo_tables import provision_tables
from reelwright_chassis.topics import topics
from reelwright_director import tables as director_tables
from reelwright_kling_gateway.tables import TABLES as GATEWAY_TABLES

TABLES = (*director_tables.ALL, *GATEWAY_TABLES)
PARTITIONS = 6
"""Of every topic, in tests."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What clients and processes need: open ports, and the environment that names the same places."""

    bus: KafkaBus
    store: DynamoStore
    blobs: S3Blobs
    env: Mapping[str, str]


def environment(addresses: Mapping[str, dict[str, str]], name: str) -> dict[str, str]:
    """For everything that works together under this name. `addresses` has kafka, dynamodb and s3."""
    return {
        "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS": addresses["kafka"]["bootstrap_servers"],
        "REELWRIGHT_KAFKA_TOPIC_PREFIX": f"{name}.",
        **dynamodb.environment(addresses["dynamodb"], prefix=f"{name}."),
        **s3.environment(addresses["s3"], bucket=name),
    }


async def provision(*, partitions: int = PARTITIONS, replication_factor: int | None = None) -> None:
    """What `reelwright provision` does, by the environment."""
    await provision_tables(DynamoSettings.load(), TABLES)
    await provision_bucket(S3Settings.load())
    await provision_topics(KafkaSettings.load(), topics(), partitions=partitions, replication_factor=replication_factor)


@asynccontextmanager
async def backing(
    addresses: Mapping[str, dict[str, str]], name: str, *, replication_factor: int | None = None
) -> AsyncIterator[Backing]:
    """Everything provisioned and open. `name` is in lower case letters, digits and dashes."""
    env = environment(addresses, name)
    with mock.patch.dict("os.environ", env):
        await provision(replication_factor=replication_factor)
    async with clients(env) as opened:
        yield opened


@asynccontextmanager
async def clients(env: Mapping[str, str]) -> AsyncIterator[Backing]:
    """Open ports to what this environment names, provisioned already."""
    with mock.patch.dict("os.environ", env):
        async with AsyncExitStack() as stack:
            bus = await KafkaBus.open(KafkaSettings.load())
            stack.push_async_callback(bus.close)
            store = await DynamoStore.open(DynamoSettings.load())
            stack.push_async_callback(store.close)
            blobs = await S3Blobs.open(S3Settings.load())
            stack.callback(blobs.close)
            await store.ensure(TABLES)
            yield Backing(bus, store, blobs, env)
