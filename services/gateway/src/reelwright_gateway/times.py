"""Times on the wire: protobuf's to UTC."""

from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp


def moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def moment_of(message: Message, field: str) -> datetime | None:
    """None where it is not set."""
    return moment(getattr(message, field)) if message.HasField(field) else None


def moment_at(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
