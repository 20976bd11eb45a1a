"""What a broker of the tests is configured with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parts.certificates import Certificates

USER, PASSWORD = "alice", "alice-secret"
"""Known to every broker; asked for by those that are secure."""
STRANGER, STRANGERS_PASSWORD = "bob", "bob-secret"
"""Known too, and allowed nothing."""


@dataclass(frozen=True, slots=True)
class Node:
    """A combined node, broker and controller: where it listens. `inner` is for other brokers and for probes."""

    number: int
    port: int
    inner: int
    controller: int


# Short timeouts, so that a killed node is missed and taken back within seconds (Kafka's own defaults: 9 s and more); a
# small buffer for the cleaner, whose default is larger than this heap.
_SETTINGS = """\
process.roles=broker,controller
node.id={node.number}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
inter.broker.listener.name=INNER
log.dirs={folder}/data
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=3
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=2097152
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=2000
controller.quorum.election.timeout.ms=300
controller.quorum.election.backoff.max.ms=200
controller.quorum.fetch.timeout.ms=1000
"""

_LISTENERS = """\
listeners=CLIENT://127.0.0.1:{node.port},INNER://127.0.0.1:{node.inner},CONTROLLER://127.0.0.1:{node.controller}
advertised.listeners=CLIENT://127.0.0.1:{node.port},INNER://127.0.0.1:{node.inner}
listener.security.protocol.map=CLIENT:{protocol},INNER:PLAINTEXT,CONTROLLER:PLAINTEXT
"""

# Kafka by itself accepts tokens that nobody has signed: enough to see how a token travels.
_SECURITY = """\
sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER
listener.name.client.sasl.enabled.mechanisms=SCRAM-SHA-512,OAUTHBEARER
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule \
    required unsecuredLoginStringClaim_sub="alice";
ssl.keystore.type=PEM
ssl.keystore.location={certificates.broker}
ssl.truststore.type=PEM
ssl.truststore.location={certificates.authority}
listener.name.client.ssl.client.auth=requested
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:alice
"""

# Without a binding and this the broker says nothing at all; the last lines silence the dumps of its configuration.
LOGGING = """\
status=warn
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d{HH:mm:ss.SSS} %p %c{1} %m%n
rootLogger.level=info
rootLogger.appenderRef.c.ref=C
logger.cfg.name=org.apache.kafka.common.config
logger.cfg.level=warn
logger.kcfg.name=kafka.server.KafkaConfig
logger.kcfg.level=warn
"""


def properties(folder: Path, node: Node, nodes: Sequence[Node], certificates: Certificates | None) -> str:
    """The `server.properties` of one of `nodes`; clients have to authenticate when there are `certificates`."""
    replicas = min(3, len(nodes))
    text = (_SETTINGS + _LISTENERS).format(
        folder=folder,
        node=node,
        voters=",".join(f"{each.number}@127.0.0.1:{each.controller}" for each in nodes),
        replicas=replicas,
        in_sync=max(1, replicas - 1),
        protocol="SASL_SSL" if certificates else "PLAINTEXT",
    )
    return text + (_SECURITY.format(certificates=certificates) if certificates else "")
