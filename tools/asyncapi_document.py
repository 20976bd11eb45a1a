"""docs/asyncapi.yaml: the topics as an AsyncAPI 3.0 document, out of their declaration and the contracts."""

from typing import Any

import yaml
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from reelwright.events.v1 import facts_pb2, media_pb2, requests_pb2
from reelwright_chassis.topics import Topic, topics

_HEAD = "# Generated from protos/python/src/reelwright/topics.yaml and protos/reelwright/events/v1 by `make docs`.\n"
_ABOUT = (
    "How the services of Reelwright talk to one another. Every record is a CloudEvent 1.0 in Kafka's binary mode: its "
    "value is the message as protobuf, its headers are the envelope. What is delivered twice has the same effect as "
    "once. The contracts are protos/reelwright/events/v1; they change by addition only. Schemas here are the messages' "
    "JSON form, for reading. The API for others is the one of openapi.json."
)
_PACKAGE = "reelwright.events.v1"
_KINDS = {
    FieldDescriptor.TYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number"},
    FieldDescriptor.TYPE_INT64: {"type": "string", "format": "int64"},
    FieldDescriptor.TYPE_UINT64: {"type": "string", "format": "uint64"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "uint32"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
"""Protobuf's kinds as their JSON form has them (ProtoJSON)."""
_WELL_KNOWN = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string"},
}
_HEADERS = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "A ULID, new for each record.",
    "ce_source": "The service that says it, as /reelwright/director.",
    "ce_type": "The message's full name.",
    "ce_time": "When it was said, RFC 3339.",
    "ce_subject": "The project.",
    "content-type": "application/protobuf.",
    "traceparent": "W3C Trace Context.",
}


def page() -> str:
    """The document as YAML."""
    return _HEAD + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def document() -> dict[str, Any]:
    declared = topics()
    schemas: dict[str, Any] = {}
    for topic in declared.topics.values():
        for name in topic.carries:
            _add(schemas, _descriptor(name))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Reelwright's topics", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/protobuf",
        "channels": {_id(topic.name): _channel(topic, declared.prefix) for topic in declared.topics.values()},
        "operations": dict(_operations(declared.topics.values())),
        "components": {
            "messages": {name: _message(name) for topic in declared.topics.values() for name in topic.carries},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _channel(topic: Topic, prefix: str) -> dict[str, Any]:
    kafka = {
        "topic": prefix + topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {"retention.ms": round(topic.retention_s * 1000)},
    }
    return {
        "address": prefix + topic.name,
        "description": f"Keyed by {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.carries},
        "bindings": {"kafka": kafka},
    }


def _operations(declared: Any) -> Any:
    for topic in declared:
        for service in topic.producers:
            yield _operation("send", service, topic, {})
        for group in topic.groups:
            yield _operation("receive", group, topic, {"kafka": {"groupId": {"type": "string", "enum": [group]}}})
        for service in topic.followers:
            yield _operation("receive", service, topic, {}, "Every replica reads all of it, without a group.")


def _operation(
    action: str, who: str, topic: Topic, bindings: dict[str, Any], says: str = ""
) -> tuple[str, dict[str, Any]]:
    verb = "sends" if action == "send" else "receives"
    told = {
        "action": action,
        "channel": {"$ref": f"#/channels/{_id(topic.name)}"},
        "summary": f"{who} {verb} {topic.name}",
    }
    return f"{_id(who)}_{verb}_{_id(topic.name)}", told | ({"description": says} if says else {}) | (
        {"bindings": bindings} if bindings else {}
    )


def _message(name: str) -> dict[str, Any]:
    headers = {header: {"type": "string", "description": says} for header, says in _HEADERS.items()}
    return {
        "name": f"{_PACKAGE}.{name}",
        "title": name,
        "contentType": "application/protobuf",
        "headers": {"type": "object", "properties": headers, "required": [*headers]},
        "payload": {"$ref": f"#/components/schemas/{name}"},
    }


def _descriptor(name: str) -> Any:
    for module in (facts_pb2, requests_pb2, media_pb2):
        found: type[Message] | None = getattr(module, name, None)
        if found is not None:
            return found.DESCRIPTOR
    raise LookupError(f"{name} is no message of {_PACKAGE}")


def _add(schemas: dict[str, Any], message: Any) -> None:
    """The schema of a message in its JSON form, and of all messages in it."""
    if message.name in schemas:
        return
    schemas[message.name] = {"type": "object", "properties": {}}
    for field in message.fields:
        schemas[message.name]["properties"][field.name] = _field(schemas, field)


def _field(schemas: dict[str, Any], field: FieldDescriptor) -> dict[str, Any]:
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        return {"type": "object", "additionalProperties": _one(schemas, inner.fields_by_name["value"])}
    one = _one(schemas, field)
    return {"type": "array", "items": one} if field.is_repeated else one


def _one(schemas: dict[str, Any], field: FieldDescriptor) -> dict[str, Any]:
    if field.enum_type is not None:
        return {"type": "string", "enum": [value.name for value in field.enum_type.values]}
    if field.message_type is None:
        return dict(_KINDS[field.type])
    if field.message_type.full_name in _WELL_KNOWN:
        return dict(_WELL_KNOWN[field.message_type.full_name])
    _add(schemas, field.message_type)
    return {"$ref": f"#/components/schemas/{field.message_type.name}"}


def _id(name: str) -> str:
    """A name that may be a key of the document."""
    return name.replace(".", "_").replace("-", "_")
