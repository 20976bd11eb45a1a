"""The store's pure parts: items and cursors as text, limits, and how partitions are dealt."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_chassis.bus.assignment import assign
from reelwright_chassis.bus.port import TopicPartition
from reelwright_chassis.store.codec import decode_item, encode_item
from reelwright_chassis.store.cursors import Cursor, InvalidCursor, decode_cursor, encode_cursor
from reelwright_chassis.store.limits import InvalidItem, check_item
from reelwright_chassis.store.port import Table, Value

names = st.sampled_from(["a", "", "$bytes", "$map", "ü"])
scalars: st.SearchStrategy[Value] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
) | st.binary(max_size=5)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def types_of(value: object) -> object:
    if isinstance(value, list):
        return [types_of(each) for each in value]
    if isinstance(value, dict):
        return {name: types_of(each) for name, each in value.items()}
    return type(value), repr(value)


@given(st.dictionaries(names, values, max_size=4))
def test_an_item_comes_back_from_text_with_its_types(item: dict[str, Value]) -> None:
    assert types_of(decode_item(encode_item(item))) == types_of(item)


def test_what_no_item_holds_has_no_text() -> None:
    with pytest.raises(InvalidItem, match="set"):
        encode_item({"a": {1}})  # type: ignore[dict-item]


sorts = st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(sorts, st.text(max_size=5), sorts)
def test_a_cursor_comes_back(sort: str | float, partition: str, item_sort: str | float) -> None:
    cursor = Cursor(sort, partition, item_sort)
    assert decode_cursor(encode_cursor(cursor)) == cursor


@pytest.mark.parametrize("content", [{}, [], [1, 2, 3], [None, "p", "s"], ["s", "p", []], ["s", "p", "s", "s"]])
def test_other_text_is_no_cursor(content: object) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())


def test_an_item_may_be_so_deep_and_no_deeper() -> None:
    table = Table("t", partition="id")

    def nested(depth: int) -> dict[str, Value]:
        value: Value = 1
        for _ in range(depth - 1):
            value = [value]
        return {"id": "x", "deep": value}

    assert check_item(table, nested(32)) > 0
    with pytest.raises(InvalidItem, match="levels"):
        check_item(table, nested(33))


def test_a_partition_that_nobody_wants_is_nobodys() -> None:
    assert assign([TopicPartition("a", 0)], {"m": ["b"]}) == {"m": []}
