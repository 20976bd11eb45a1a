"""The real parts that the services stand on: started on loopback, kept in one folder over restarts."""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

from parts import dynamodb, kafka, moto_s3, s3
from tools.dev.log import Log

BUCKET = "reelwright"


class NotHere(Exception):
    """A part cannot be had on this machine; the message says what to install."""


def start_parts(folder: Path, log: Log, stack: ExitStack) -> dict[str, str]:
    """Kafka, DynamoDB Local and an S3 server, stopped with the stack; what the services are told of them."""
    for module in (kafka, dynamodb):
        _fetch(module, log)
    broker = kafka.Kafka(_place(folder, "kafka"))
    broker.begin()
    stack.callback(broker.stop)
    tables = dynamodb.DynamoDB(_place(folder, "dynamodb"), durable=True)
    tables.start()
    stack.callback(tables.stop)
    bucket = _s3(_place(folder, "s3"), log, stack.callback)
    broker.await_ready()
    log.say("dev", f"Kafka, DynamoDB Local and S3 are up; their own logs are in {folder}")
    return {
        "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS": broker.address["bootstrap_servers"],
        **dynamodb.environment(tables.address),
        **bucket,
    }


def _s3(folder: Path, log: Log, at_end: Callable[[Callable[[], None]], object]) -> dict[str, str]:
    if s3.missing() and shutil.which("go") is None:
        log.say(
            "dev", "There is no Go here to build versitygw with: moto's server stands in for S3. What it holds is lost"
        )
        log.say("dev", "when this ends, so projects of earlier runs lack their media.")
        server: moto_s3.MotoS3 | s3.S3 = moto_s3.start(folder)
    else:
        _fetch(s3, log)
        server = s3.start(folder)
    at_end(server.stop)
    return {
        "REELWRIGHT_S3_ENDPOINT_URL": server.address["endpoint_url"],
        "REELWRIGHT_S3_REGION": server.address["region"],
        "REELWRIGHT_S3_BUCKET": BUCKET,
        "REELWRIGHT_S3_ACCESS_KEY_ID": server.address["access_key_id"],
        "REELWRIGHT_S3_SECRET_ACCESS_KEY": server.address["secret_access_key"],
    }


def _fetch(module: ModuleType, log: Log) -> None:
    """Once per machine. Raises `NotHere`."""
    why = module.missing()
    if why is None:
        return
    log.say("dev", f"{module.NAME} is fetched, this once")
    try:
        module.install()
    except (OSError, RuntimeError) as error:
        raise NotHere(f"{why}\n{error}") from error


def _place(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    return place
