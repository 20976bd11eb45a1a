"""Protobuf's enum values as the API's words, and back."""

from functools import cache
from typing import Any, Protocol


class Enum(Protocol):
    """A generated enum."""

    def Name(self, number: Any) -> str: ...  # noqa: N802 (protobuf's)

    def Value(self, name: str) -> Any: ...  # noqa: N802 (protobuf's)


@cache
def word(enum: Enum, prefix: str, number: int) -> str | None:
    """`STATE_COMPLETED` is "completed"; None for the unspecified one."""
    name = enum.Name(number).removeprefix(f"{prefix}_").lower()
    return None if name == "unspecified" else name


def value(enum: Enum, prefix: str, name: str) -> Any:
    """Raises ValueError for a name that the enum does not have."""
    return enum.Value(f"{prefix}_{name.upper()}")
