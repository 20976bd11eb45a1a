"""A dead letter's message for an operator's eyes: ids, numbers and kinds; people's words only where asked for."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from reelwright.events.v1 import facts_pb2, requests_pb2
from reelwright_chassis.letters import Letter
from reelwright_director.expect import present
from reelwright_standalone.ops.printing import as_dict

_SHOWN = frozenset({
    *("tenant_id", "user_id", "project_id", "request_id", "asset_id", "scene_id", "task_id", "transcript_id"),
    *("key", "sha256", "content_type", "language", "engine", "aspect", "look", "caption_style", "preset", "worker"),
    *("planner", "provider", "model", "reason_code", "code", "stage", "font"),
})  # fmt: skip
"""Texts that are nobody's words. All others are told by their length alone."""
_LONGEST_LIST = 12


def read_message(letter: Letter) -> Message | None:
    """None where its type is unknown here, or its bytes are no such message."""
    for module in (requests_pb2, facts_pb2):
        kind = getattr(module, letter.type, None)
        if letter.type and isinstance(kind, type) and issubclass(kind, Message):
            try:
                return kind.FromString(letter.record.value)
            except DecodeError:
                return None
    return None


def shown(message: Message, *, reveal: bool) -> dict[str, Any]:
    return as_dict(message) if reveal else _hidden(message)


def _hidden(message: Message) -> dict[str, Any]:
    return {field.name: _of_field(field, value) for field, value in message.ListFields()}


def _of_field(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return f"({len(value)} entries)"
    if not field.is_repeated:
        return _of_value(field, value)
    if len(value) > _LONGEST_LIST:
        return f"({len(value)} entries)"
    return [_of_value(field, one) for one in value]


def _of_value(field: FieldDescriptor, value: Any) -> Any:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_MESSAGE:
            return _hidden(value)
        case FieldDescriptor.CPPTYPE_ENUM:
            known = present(field.enum_type).values_by_number.get(value)
            return known.name if known is not None else value
        case FieldDescriptor.CPPTYPE_STRING:
            hidden = isinstance(value, bytes) or field.name not in _SHOWN
            return f"({len(value)} {'bytes' if isinstance(value, bytes) else 'characters'})" if hidden else value
        case _:
            return value
