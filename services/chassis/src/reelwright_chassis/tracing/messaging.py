"""Spans around events, named by OpenTelemetry's conventions for messaging.

An event that is written down first and sent later has a span of its own making (`creating`); one that is sent at once
has that of its sending. Either's context travels with the event, and is both parent and link of what becomes of it.
"""

from collections.abc import Sequence
from typing import Literal

from google.protobuf.message import Message as Proto

from reelwright_chassis.bus.port import Message, Record
from reelwright_chassis.envelope import event_id, event_type, subject_of, trace_of
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing.names import Attributes, Kind, Name, Value
from reelwright_chassis.tracing.recording import recorder
from reelwright_chassis.tracing.spans import INHERIT, Step, span, within


def creating(topic: str, event: Proto, parent: TraceContext | None) -> Step:
    """Around the making of an event that waits to be sent. Without a parent it belongs to the present step."""
    attributes = _about("create", "create", topic, event) if recorder() is not None else {}
    return span(f"create {topic}", Kind.PRODUCER, parent=parent or INHERIT, attributes=attributes)


def sending(topic: str, event: Proto) -> Step:
    """Around the making and publishing of an event, until it is acknowledged."""
    return span(f"send {topic}", Kind.PRODUCER, attributes=_about("send", "send", topic, event))


def sending_made(messages: Sequence[Message]) -> Step:
    """Around the publishing of events that were made before, by whomever: a step of the first one's making, that names
    those of all.
    """
    links = [made for made in map(trace_of, messages) if made is not None]
    if recorder() is None or not links:
        return within(None)
    attributes: dict[Name, Value] = {"messaging.batch.message_count": len(messages)}
    attributes |= {"messaging.operation.name": "send", "messaging.operation.type": "send"}
    topics = {message.topic for message in messages}
    if len(topics) == 1:
        attributes["messaging.destination.name"] = next(iter(topics))
    return span("send", Kind.CLIENT, parent=links[0], links=links, attributes=attributes)


def processing(record: Record, group: str) -> Step:
    """Around what a consumer does with a record. One that carries no trace begins one."""
    made = trace_of(record)
    if recorder() is None:
        return within(made or TraceContext.new())
    attributes: Attributes = {
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
        "messaging.consumer.group.name": group,
        "messaging.message.id": event_id(record),
        "messaging.message.body.size": len(record.value),
        "reelwright.event": event_type(record).rpartition(".")[2],
        "reelwright.project_id": subject_of(record),
    }
    links = [made] if made is not None else []
    return span(f"process {record.topic}", Kind.CONSUMER, parent=made, links=links, attributes=attributes)


def _about(name: str, kind: Literal["create", "send"], topic: str, event: Proto) -> Attributes:
    return {
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
        "messaging.destination.name": topic,
        "messaging.message.body.size": event.ByteSize(),
        "reelwright.event": event.DESCRIPTOR.name,
        "reelwright.project_id": str(getattr(event, "project_id", "")),
        "reelwright.request_id": str(getattr(event, "request_id", "")),
    }
