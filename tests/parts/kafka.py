"""Apache Kafka in KRaft mode: a broker that is its own controller, on loopback ports."""

import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from parts import children, maven
from parts.cache import cached, is_cached
from parts.certificates import make_certificates
from parts.kafka_config import LOGGING, PASSWORD, STRANGER, STRANGERS_PASSWORD, USER, Node, properties
from parts.ports import free_port

NAME = "kafka-4.4.0"
_JARS = ("org.apache.kafka:kafka_2.13:4.4.0", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5")
_FORMATTED = f"{NAME}-formatted-1"
_ARCHIVED = f"{NAME}-archived-1"
_CLUSTER_ID = "dGVzdC1jbHVzdGVyLTAwMQ"
# A small heap, the first compiler only, the plain collector: half the time to start, and 150 MB.
_JVM = ("-Xms32m", "-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_PATIENCE_S = 60.0


def missing() -> str | None:
    if why := maven.why_not(NAME):
        return why
    return None if is_cached(_ARCHIVED) else f"{NAME} was not made ready yet: make parts"


def install() -> None:
    _formatted()
    _archive()


def start(folder: Path) -> "Kafka":
    """One that nobody kills: it may be slow, on a busy machine, to say that it is alive (Kafka's own limit: 9 s)."""
    part = Kafka(folder, more=["broker.session.timeout.ms=30000"])
    part.start()
    return part


class Kafka:
    """One node, of one or of several. `secure`: clients speak TLS and say who they are (SCRAM-SHA-512).

    It keeps its ports and its data over `kill9()` and `start()`. `more` are lines for its `server.properties`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        secure: bool = False,
        node: Node | None = None,
        nodes: Sequence[Node] = (),
        more: Sequence[str] = (),
    ) -> None:
        self.node = node or free_node(1)
        self._folder = folder
        self._log = folder / "kafka.log"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._certificates = make_certificates(folder) if secure else None
        text = properties(folder, self.node, nodes or [self.node], self._certificates) + "\n".join(more)
        (folder / "server.properties").write_text(text, encoding="utf-8")
        (folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        self._lay_out()

    @property
    def address(self) -> dict[str, str]:
        """The settings of `KafkaSettings`, by name."""
        servers = {"bootstrap_servers": f"127.0.0.1:{self.node.port}"}
        if self._certificates is None:
            return servers
        return servers | {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_username": USER,
            "sasl_password": PASSWORD,
            "ssl_cafile": str(self._certificates.authority),
        }

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, or start again on the same ports; returns when it serves clients."""
        self.begin()
        self.await_ready()

    def begin(self) -> None:
        """Start without waiting."""
        self._process = _java(self._folder, self._log, "kafka.Kafka", "server.properties", options=_shared_classes())

    def await_ready(self, *, brokers: int = 1) -> None:
        """Returns when it serves clients and knows of so many brokers."""
        assert self._process is not None
        until = time.monotonic() + _PATIENCE_S
        while not _knows(self.node.inner, brokers):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill9()
                raise RuntimeError(f"Kafka did not start: {self._log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.03)

    def kill9(self) -> None:
        if self._process is not None:
            children.kill(self._process)

    def stop(self) -> None:
        if self._process is not None:
            children.end(self._process)

    def _lay_out(self) -> None:
        """The formatted folder, with this node's number in it."""
        data = self._folder / "data"
        if data.exists():
            return
        shutil.copytree(_formatted() / "data", data)
        identity = data / "meta.properties"
        lines = identity.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(("node.id=", "directory.id="))]
        kept += [f"node.id={self.node.number}", f"directory.id=ZGlyZWN0b3J5LWlkLTAw{self.node.number}A"]
        identity.write_text("\n".join(kept) + "\n", encoding="utf-8")


def free_node(number: int) -> Node:
    return Node(number, free_port(), free_port(), free_port())


def _formatted() -> Path:
    """A data folder with the users in it; Kafka's own tool makes it, in a second or two of CPU, so once."""
    return cached(_FORMATTED, _format)


def _format(folder: Path) -> None:
    node = free_node(1)
    (folder / "server.properties").write_text(properties(folder, node, [node], None), encoding="utf-8")
    (folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
    words = ["format", "-t", _CLUSTER_ID, "-c", "server.properties"]
    for user, password in ((USER, PASSWORD), (STRANGER, STRANGERS_PASSWORD)):
        words += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
    done = _java(folder, folder / "format.log", "kafka.tools.StorageTool", *words)
    if done.wait(_PATIENCE_S) != 0:
        raise RuntimeError(f"formatting failed: {(folder / 'format.log').read_text(errors='replace')[-2000:]}")


def _archive() -> Path:
    """The classes of a broker as the JVM maps them: it starts in half the time with them."""

    def record(folder: Path) -> None:
        kafka = Kafka(folder / "run")
        option = f"-XX:ArchiveClassesAtExit={folder / 'classes.jsa'}"
        kafka._process = _java(kafka._folder, kafka._log, "kafka.Kafka", "server.properties", options=[option])
        kafka.await_ready()
        children.end(kafka._process, grace_s=_PATIENCE_S)

    return cached(_ARCHIVED, record)


def _shared_classes() -> list[str]:
    return [f"-XX:SharedArchiveFile={_archive() / 'classes.jsa'}"] if is_cached(_ARCHIVED) else []


def _java(folder: Path, log: Path, main: str, *words: str, options: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
    logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
    class_path = maven.class_path(maven.jars(NAME, _JARS))
    return children.start(["java", *_JVM, *options, logging, "-cp", class_path, main, *words], log=log, cwd=folder)


def _knows(port: int, brokers: int) -> bool:
    """Asks for the metadata of no topic, version 1; a broker answers once it has its place in the cluster."""
    body = struct.pack(">hhih4si", 3, 1, 1, 4, b"test", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), 2.0) as connection:
            connection.settimeout(2.0)
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = connection.makefile("rb").read(12)
    except OSError:
        return False
    return len(head) == 12 and int(struct.unpack(">iii", head)[2]) >= brokers
