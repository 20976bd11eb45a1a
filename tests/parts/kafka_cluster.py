"""Several Kafka nodes as one cluster: three replicas of everything, two of which must be in sync."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.kafka import Kafka, free_node


class KafkaCluster:
    def __init__(self, folder: Path, size: int = 3) -> None:
        nodes = [free_node(number + 1) for number in range(size)]
        self.nodes = [Kafka(folder / f"node-{node.number}", node=node, nodes=nodes) for node in nodes]

    @property
    def address(self) -> dict[str, str]:
        servers = [node.address["bootstrap_servers"] for node in self.nodes]
        return {"bootstrap_servers": ",".join(servers)}

    def start(self) -> None:
        """Returns when every node knows of all."""
        for node in self.nodes:
            node.begin()
        for node in self.nodes:
            node.await_ready(brokers=len(self.nodes))

    def stop(self) -> None:
        """With SIGKILL: the last node of a cluster waits for ever for a controller to let it go."""
        for node in self.nodes:
            node.kill9()


@contextmanager
def kafka_cluster(folder: Path, size: int = 3) -> Iterator[KafkaCluster]:
    cluster = KafkaCluster(folder, size)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
