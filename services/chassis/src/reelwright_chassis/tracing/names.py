"""What a span may tell, by name. Whatever is not in this list is refused by the type checker.

Ids, numbers, and words out of short lists of our own: never anybody's texts, prompts or file names, no address, no key,
and no exception's message. Where OpenTelemetry's semantic conventions have a name it is theirs.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Literal, TypeAlias


class Kind(Enum):
    """A span's place between processes."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


Name: TypeAlias = Literal[
    # What an operation failed with: a reason code, an HTTP or gRPC status, or the exception's type.
    "error.type",
    # HTTP, by the route's template and never by its path.
    "http.request.method",
    "http.response.status_code",
    "http.route",
    # gRPC.
    "rpc.system.name",
    "rpc.method",
    "rpc.response.status_code",
    # Topics. `messaging.system` is set by the recorder; a destination is named without the deployment's prefix.
    "messaging.operation.name",
    "messaging.operation.type",
    "messaging.destination.name",
    "messaging.destination.partition.id",
    "messaging.kafka.offset",
    "messaging.consumer.group.name",
    "messaging.message.id",
    "messaging.message.body.size",
    "messaging.batch.message_count",
    # Our own.
    "reelwright.event",
    "reelwright.project_id",
    "reelwright.request_id",
    "reelwright.asset_id",
    "reelwright.stage",
    "reelwright.attempt",
    "reelwright.outcome",
    "reelwright.provider",
    "reelwright.call",
    "reelwright.rung",
    "reelwright.engine",
    "reelwright.encoder",
    "reelwright.duration_s",
    "reelwright.words",
    "reelwright.scenes",
    "reelwright.segments",
    "reelwright.tasks",
    "reelwright.size_bytes",
]

Value: TypeAlias = str | int | float | bool
Attributes: TypeAlias = Mapping[Name, Value]
