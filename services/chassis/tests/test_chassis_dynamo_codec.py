"""Items as DynamoDB's attributes."""

import math

from hypothesis import given
from hypothesis import strategies as st

from reelwright_chassis.store.conditions import holds
from reelwright_chassis.store.dynamo_codec import decode_item, encode_item, encode_value
from reelwright_chassis.store.port import Equals, Value

names = st.sampled_from(["a", "b", "", "$", "$floats", "$$", "$a", "ü"])
floats = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)  # no -0.0: DynamoDB has none
scalars: st.SearchStrategy[Value] = (
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | floats | st.text(max_size=5) | st.binary(max_size=5)
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


def types_of(value: object) -> object:
    if isinstance(value, list):
        return [types_of(each) for each in value]
    if isinstance(value, dict):
        return {name: types_of(each) for name, each in sorted(value.items())}
    return type(value), repr(value)


def as_dynamodb_does(attribute: object) -> object:
    """Numbers come back in one normal form, maps in no order."""
    if isinstance(attribute, list):
        return [as_dynamodb_does(each) for each in attribute]
    if not isinstance(attribute, dict):
        return attribute
    if set(attribute) == {"N"} and isinstance(attribute["N"], str):
        number = float(attribute["N"])
        whole = "." not in attribute["N"] and "e" not in attribute["N"]
        return {"N": attribute["N"] if whole else str(int(number)) if number.is_integer() else repr(number).upper()}
    return {name: as_dynamodb_does(each) for name, each in reversed(attribute.items())}


@given(st.dictionaries(names, values, max_size=5))
def test_an_item_comes_back_with_its_types(item: dict[str, Value]) -> None:
    stored = as_dynamodb_does(encode_item(item))
    assert isinstance(stored, dict)
    assert types_of(decode_item(stored)) == types_of(item)


@given(values, values)
def test_values_are_equal_to_dynamodb_when_they_are_to_the_port(one: Value, other: Value) -> None:
    """Not so for floats beyond 2**53, which are written by their shortest name, beside whole numbers."""
    same = as_dynamodb_does(encode_value(one)) == as_dynamodb_does(encode_value(other))
    if all(abs(number) < 2**53 for value in (one, other) for number in _numbers(value)):
        assert same == holds(Equals({"a": one}), {"a": other})


def test_a_whole_float_costs_one_bit() -> None:
    item: dict[str, Value] = {"list": [1.0, *range(79)]}
    assert encode_item(item)["$floats"] == {"B": b"\x01" + bytes(9)}
    assert "$floats" not in encode_item({"a": 1, "b": 0.5, "c": math.pi})


def _numbers(value: Value) -> list[float]:
    if isinstance(value, list):
        return [number for each in value for number in _numbers(each)]
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    return [value] if isinstance(value, int | float) else []
