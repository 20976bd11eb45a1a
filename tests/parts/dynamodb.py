"""DynamoDB Local, the vendor's own stand-in for DynamoDB, on a loopback port."""

import subprocess
import time
from functools import partial
from pathlib import Path

from parts import children, maven
from parts.cache import cached, is_cached
from parts.ports import free_port

NAME = "dynamodb-local-2.6.1"
_CLASSES = f"{NAME}-launcher-1"
_JARS = ("com.amazonaws:DynamoDBLocal:2.6.1",)
# A small heap, the first compiler only, the plain collector: half the time to start, and 80 MB.
_JVM = ("-Xms32m", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_PATIENCE_S = 60.0


def missing() -> str | None:
    if why := maven.why_not(NAME):
        return why
    return None if is_cached(_CLASSES) else f"{NAME} was not made ready yet: make parts"


def install() -> None:
    _classes(maven.jars(NAME, _JARS))


def start(folder: Path) -> "DynamoDB":
    part = DynamoDB(folder)
    part.start()
    return part


def environment(address: dict[str, str], *, prefix: str = "reelwright.") -> dict[str, str]:
    """What a process needs to be told to use the server at this address, with tables of its own."""
    return {
        "REELWRIGHT_DYNAMODB_ENDPOINT_URL": address["endpoint_url"],
        "REELWRIGHT_DYNAMODB_REGION": address["region"],
        "REELWRIGHT_DYNAMODB_TABLE_PREFIX": prefix,
        "AWS_ACCESS_KEY_ID": address["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": address["secret_access_key"],
    }


class DynamoDB:
    """One server. In memory, or with its tables under `folder` when `durable`, so that they survive `kill9`."""

    def __init__(self, folder: Path, *, durable: bool = False, port: int | None = None) -> None:
        self._folder = folder
        self._durable = durable
        self._port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> dict[str, str]:
        """Keys may hold letters and digits only; any of them sees the same tables."""
        return {
            "endpoint_url": f"http://127.0.0.1:{self._port}",
            "region": "us-east-1",
            "access_key_id": "reelwright",
            "secret_access_key": "skimberlath",
        }

    def start(self) -> None:
        """Start, or start again on the same port; returns when it answers."""
        jars = maven.jars(NAME, _JARS)
        log = self._folder / "dynamodb.log"
        said = log.stat().st_size if log.exists() else 0
        command = ["java", *_JVM, f"-Dbind.port={self._port}", f"-Djava.library.path={jars}"]
        command += ["-cp", f"{maven.class_path(jars)}:{_classes(jars)}", "LoopbackDynamo"]
        # The launcher binds `bind.port`; what is said here is only looked at.
        command += ["-port", "8000", "-sharedDb", "-disableTelemetry", *self._place()]
        self._process = children.start(command, log=log, cwd=self._folder)
        self._await_ready(log, said)

    def kill9(self) -> None:
        if self._process is not None:
            children.kill(self._process)

    def stop(self) -> None:
        if self._process is not None:
            children.end(self._process)

    def _place(self) -> list[str]:
        if not self._durable:
            return ["-inMemory"]
        tables = self._folder / "tables"
        tables.mkdir(exist_ok=True)
        return ["-dbPath", str(tables)]

    def _await_ready(self, log: Path, said: int) -> None:
        """The launcher says so once it answers."""
        assert self._process is not None
        until = time.monotonic() + _PATIENCE_S
        while b"READY" not in (words := log.read_bytes()[said:]):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill9()
                raise RuntimeError(f"DynamoDB Local did not start: {words[-2000:].decode(errors='replace')}")
            time.sleep(0.05)


def _classes(jars: Path) -> Path:
    return cached(_CLASSES, partial(_compile, jars))


def _compile(jars: Path, folder: Path) -> None:
    source = Path(__file__).parent / "LoopbackDynamo.java"
    maven.run(["javac", "-proc:none", "-d", str(folder), "-cp", f"{jars}/*", str(source)], folder)
