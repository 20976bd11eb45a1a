"""Keeps protobuf messages inside dataclasses that pydantic writes: their bytes as text, which zlib compresses well."""

from typing import Any

from google.protobuf.message import Message
from pydantic_core import core_schema

_BYTES_AS_TEXT = "latin-1"
"""One character per byte, so that words stay words; base64 would hide their likeness from the compression."""


class Wire:
    """An annotation: `Annotated[Asset, Wire()]`. The message is treated as a value; nobody changes it in place."""

    def __get_pydantic_core_schema__(self, source: type[Message], handler: object) -> core_schema.CoreSchema:
        def parse(value: Any) -> Message:
            return value if isinstance(value, source) else source.FromString(value.encode(_BYTES_AS_TEXT))

        return core_schema.no_info_plain_validator_function(
            parse, serialization=core_schema.plain_serializer_function_ser_schema(_text)
        )


def _text(message: Message) -> str:
    return message.SerializeToString(deterministic=True).decode(_BYTES_AS_TEXT)
