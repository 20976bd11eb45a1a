"""Events on the wire: CloudEvents 1.0, Kafka protocol binding, binary mode, with the protobuf message as the value."""

from datetime import UTC, datetime
from typing import Protocol, TypeVar, cast

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Proto

from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.errors import Undecodable
from reelwright_chassis.ids import new_id
from reelwright_chassis.topics import Topic, topics
from reelwright_chassis.trace import TraceContext, parse_trace

P = TypeVar("P", bound=Proto)

CONTENT_TYPE = b"application/protobuf"


class Event(Protocol):
    """What every message of `reelwright.events.v1` has."""

    tenant_id: str
    user_id: str
    project_id: str
    request_id: str


def encode(
    fact: Proto,
    *,
    source: str,
    trace: TraceContext | None = None,
    topic: str | None = None,
    time: datetime | None = None,
) -> Message:
    """The message that carries `fact` (a request, a fact, a change, a progress) to its topic, under its key.

    `source` is the service that says it, `trace` the context of the step that sends it (None begins a new trace),
    `topic` another than the first that carries this type. Raises KeyError or ValueError where no topic carries it.
    """
    declared = check_carried(fact, topic=topic) if topic is not None else topics().carrying(type(fact))
    trace = trace or TraceContext.new()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": new_id(),
        "ce_source": f"/reelwright/{source}",
        "ce_type": fact.DESCRIPTOR.full_name,
        "ce_time": (time or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
        "ce_subject": cast(Event, fact).project_id,
        "content-type": CONTENT_TYPE.decode(),
        "traceparent": trace.traceparent,
    }
    if trace.state:
        headers["tracestate"] = trace.state
    return Message(
        topic=declared.name,
        key=getattr(fact, declared.key),
        value=fact.SerializeToString(),
        headers={name: text.encode() for name, text in headers.items() if text},
    )


def check_carried(fact: Proto, *, topic: str) -> Topic:
    """The declaration of a topic that carries such messages. Raises KeyError, ValueError."""
    declared = topics().topics[topic]
    if fact.DESCRIPTOR.name not in declared.carries:
        raise ValueError(f"{topic} does not carry {fact.DESCRIPTOR.full_name}")
    return declared


def decode(record: Record, *types: type[P]) -> P:
    """The record's message, which is of one of `types`. Raises `Undecodable`."""
    name = event_type(record)
    for kind in types:
        if kind.DESCRIPTOR.full_name == name:
            return _parse(record, kind)
    raise Undecodable(f"{record.topic} carries {name or 'a message without a type'}, which is not for this consumer")


def event_type(record: Record) -> str:
    """The protobuf full name of what the record says it carries; empty when it says nothing."""
    return _header(record, "ce_type")


def event_id(record: Record) -> str:
    """The id that its sender gave the event; empty when it says nothing."""
    return _header(record, "ce_id")


def subject_of(record: Record) -> str:
    """The id of the project that the record says it is about; empty when it says nothing."""
    return _header(record, "ce_subject")


def trace_of(record: Message | Record) -> TraceContext | None:
    """The trace context that it carries, if it is valid."""
    return parse_trace(_header(record, "traceparent"), _header(record, "tracestate"))


def _parse(record: Record, kind: type[P]) -> P:
    if record.headers.get("content-type") != CONTENT_TYPE or _header(record, "ce_specversion") != "1.0":
        raise Undecodable(f"a record of {record.topic} is no CloudEvent 1.0 with a protobuf message")
    try:
        return kind.FromString(record.value)
    except DecodeError as error:
        raise Undecodable(f"a record of {record.topic} is no {kind.DESCRIPTOR.full_name}") from error


def _header(record: Message | Record, name: str) -> str:
    return record.headers.get(name, b"").decode("utf-8", errors="replace")
