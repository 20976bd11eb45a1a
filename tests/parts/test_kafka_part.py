"""A broker keeps its ports and its data over kill -9, and listens to this machine alone; a cluster finds itself."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from parts import kafka
from parts.kafka_cluster import kafka_cluster
from parts.listening import listening_at

pytestmark = pytest.mark.skipif(kafka.missing() is not None, reason=str(kafka.missing()))


async def create_topic(servers: str, *, replicas: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    answer = await admin.create_topics([NewTopic("kept", 1, replicas)])
    assert [code for _, code, *_ in answer.topic_errors] == [0]
    await admin.close()


async def test_records_survive_kill_9_on_the_same_port(tmp_path: Path) -> None:
    part = kafka.Kafka(tmp_path)
    part.start()
    try:
        servers = part.address["bootstrap_servers"]
        await create_topic(servers, replicas=1)
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
            await producer.send_and_wait("kept", b"x")
        part.kill9()
        part.start()
        async with AIOKafkaConsumer(bootstrap_servers=servers) as consumer:
            at = TopicPartition("kept", 0)
            assert await consumer.end_offsets([at]) == {at: 1}
        for port in (part.node.port, part.node.inner, part.node.controller):
            assert listening_at(port) == {"127.0.0.1"}
    finally:
        part.stop()


async def test_three_nodes_make_a_cluster(tmp_path: Path) -> None:
    with kafka_cluster(tmp_path) as cluster:
        servers = cluster.address["bootstrap_servers"]
        await create_topic(servers, replicas=3)
        cluster.nodes[0].kill9()
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
            await producer.send_and_wait("kept", b"x")
