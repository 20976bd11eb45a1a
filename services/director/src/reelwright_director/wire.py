"""Lets pydantic keep protobuf messages inside dataclasses: as base64 of their bytes in JSON."""

import base64
from typing import Any

from google.protobuf.message import Message
from pydantic_core import core_schema


class Wire:
    """An annotation: `Annotated[Asset, Wire()]`. The message is treated as a value; nobody changes it in place."""

    def __get_pydantic_core_schema__(self, source: type[Message], handler: object) -> core_schema.CoreSchema:
        def parse(value: Any) -> Message:
            return value if isinstance(value, source) else source.FromString(base64.b64decode(value))

        return core_schema.no_info_plain_validator_function(
            parse, serialization=core_schema.plain_serializer_function_ser_schema(_encode)
        )


def _encode(message: Message) -> str:
    return base64.b64encode(message.SerializeToString(deterministic=True)).decode("ascii")
