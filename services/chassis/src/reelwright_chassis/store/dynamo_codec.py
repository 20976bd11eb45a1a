"""An item as DynamoDB's attributes, and back as exactly the same item.

DynamoDB has one kind of number: 2.0 comes back as 2. Which of an item's whole numbers are floats is therefore kept
beside them, one bit each, in `$floats`; the numbers themselves stay DynamoDB's own, so that its conditions compare
them. Names that are empty, or could be taken for ours, are written with a `$` before them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

from reelwright_chassis.store.limits import InvalidItem
from reelwright_chassis.store.port import Item, Value

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute

_FLOATS = "$floats"


def encode_item(item: Item) -> "dict[str, Attribute]":
    whole: list[bool] = []
    attributes = {_written(name): _attribute(item[name], whole) for name in sorted(item)}
    if any(whole):
        bits = sum(1 << place for place, is_float in enumerate(whole) if is_float)
        attributes[_FLOATS] = {"B": bits.to_bytes((len(whole) + 7) // 8, "little")}
    return attributes


def decode_item(attributes: Mapping[str, Any]) -> dict[str, Value]:
    marks = attributes.get(_FLOATS)
    floats = repeat(False) if marks is None else _bits(marks["B"])
    return _map({name: attribute for name, attribute in attributes.items() if name != _FLOATS}, floats)


def encode_value(value: Value) -> "Attribute":
    """For a condition: DynamoDB compares numbers by what they are worth."""
    return _attribute(value, [])


def decode_sort(attribute: Mapping[str, Any]) -> str | float:
    """A key's sort attribute; a whole number comes as an int."""
    return str(attribute["S"]) if "S" in attribute else _number(str(attribute["N"]), repeat(False))


def _attribute(value: Value, whole: list[bool]) -> "Attribute":
    """Adds to `whole`, for each whole number in the value's fixed order, whether it is a float."""
    match value:
        case None:
            attribute: Attribute = {"NULL": True}
        case bool():
            attribute = {"BOOL": value}
        case int() | float():
            if isinstance(value, int) or value.is_integer():
                whole.append(isinstance(value, float))
            attribute = {"N": repr(value)}
        case str():
            attribute = {"S": value}
        case bytes():
            attribute = {"B": value}
        case list():
            attribute = {"L": [_attribute(each, whole) for each in value]}
        case dict():
            attribute = {"M": {_written(name): _attribute(value[name], whole) for name in sorted(value)}}
    return attribute


def _value(attribute: Mapping[str, Any], floats: Iterator[bool]) -> Value:
    ((kind, held),) = attribute.items()
    match kind:
        case "N":
            return _number(held, floats)
        case "L":
            return [_value(each, floats) for each in held]
        case "M":
            return _map(held, floats)
        case "NULL":
            return None
        case "B":
            return bytes(held)
        case "S" | "BOOL":
            return held  # type: ignore[no-any-return]
    raise InvalidItem(f"an attribute of the kind {kind} is none of ours")


def _map(attributes: Mapping[str, Any], floats: Iterator[bool]) -> dict[str, Value]:
    """In the order of the names, as it was written: the marks of the floats go by it."""
    named = sorted((_read(name), attribute) for name, attribute in attributes.items())
    return {name: _value(attribute, floats) for name, attribute in named}


def _number(text: str, floats: Iterator[bool]) -> int | float:
    exact = Decimal(text)
    if exact != exact.to_integral_value():
        return float(text)
    return float(text) if next(floats) else int(exact)


def _bits(marks: bytes) -> Iterator[bool]:
    for byte in marks:
        yield from (bool(byte >> place & 1) for place in range(8))


def _written(name: str) -> str:
    return f"${name}" if not name or name.startswith("$") else name


def _read(name: str) -> str:
    return name.removeprefix("$")
