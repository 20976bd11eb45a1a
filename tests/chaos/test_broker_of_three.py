"""One broker of three is lost while videos are made: all are made, each once, and paid for once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts import kafka
from parts.background import in_background
from parts.kafka_cluster import KafkaCluster, kafka_cluster
from town import verdict
from town.customer import Talk
from town.town import town

from reelwright.rpc.v1 import project_pb2 as rpc

PROJECTS = 12
PATIENCE_S = 300.0

pytestmark = pytest.mark.brokers


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KafkaCluster]:
    if why := kafka.missing():
        pytest.skip(why)
    with kafka_cluster(tmp_path / "cluster") as started:
        yield started


@pytest.mark.timeout(PATIENCE_S + 240)
async def test_a_lost_broker_costs_no_video(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk, cluster: KafkaCluster
) -> None:
    parts = {**shared_parts, "kafka": cluster.address}
    async with town(
        tmp_path, parts, short_talk, count={"director": 2, "renderer": 2}, replication_factor=len(cluster.nodes)
    ) as here:
        project_ids = await asyncio.gather(*(here.customer.order(f"video {n}") for n in range(PROJECTS)))
        await here.customer.wait_for(project_ids[0], lambda project: project.state >= rpc.STATE_COMPILING)
        await in_background(cluster.nodes[0].kill9)
        more = await asyncio.gather(*(here.customer.order(f"video without it {n}") for n in range(PROJECTS // 2)))
        await in_background(cluster.nodes[0].start)
        projects = await here.customer.wait_all([*project_ids, *more], PATIENCE_S)
        verdict.all_completed(projects)
        await verdict.settled(here, [*project_ids, *more])
