"""An item as JSON text that gives back exactly the same item: bytes stay bytes, 1.0 stays a float."""

import base64
import math
from typing import cast

from pydantic_core import from_json, to_json

from reelwright_chassis.store.limits import InvalidItem
from reelwright_chassis.store.port import Item, Value

_BYTES = "$bytes"
_ESCAPED = "$map"


def encode_item(item: Item) -> str:
    """Raises ValueError for what an item may not hold (NaN, infinities, other types)."""
    return to_json({name: _plain(value) for name, value in item.items()}).decode()


def decode_item(text: str) -> dict[str, Value]:
    return {name: _value(plain) for name, plain in from_json(text).items()}


def _plain(value: Value) -> object:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        plain = {name: _plain(each) for name, each in value.items()}
        # A map of the user's that looks like one of our marks is wrapped, so that it comes back as it was.
        return {_ESCAPED: plain} if _BYTES in plain or _ESCAPED in plain else plain
    raise InvalidItem(f"an item cannot hold a {type(value).__name__}")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise InvalidItem("a number must be finite")
    return value


def _value(plain: object) -> Value:
    if isinstance(plain, list):
        return [_value(each) for each in plain]
    if not isinstance(plain, dict):
        return cast(Value, plain)
    if _BYTES in plain:
        return base64.b64decode(plain[_BYTES])
    return {name: _value(each) for name, each in plain.get(_ESCAPED, plain).items()}
