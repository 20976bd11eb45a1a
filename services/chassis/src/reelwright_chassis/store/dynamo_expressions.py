"""Conditions and queries in DynamoDB's own language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reelwright_chassis.store.dynamo_codec import encode_value
from reelwright_chassis.store.port import Absent, AbsentOrBefore, Condition, Equals, Present, Query, Table, Value
from reelwright_chassis.store.ranges import Range

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef as Attribute


@dataclass(slots=True)
class _Words:
    """Stands for the names and values of one expression, which its text may not hold itself."""

    names: dict[str, str] = field(default_factory=dict)
    values: "dict[str, Attribute]" = field(default_factory=dict)

    def name(self, attribute: str) -> str:
        self.names[word := f"#n{len(self.names)}"] = attribute
        return word

    def value(self, value: Value) -> str:
        self.values[word := f":v{len(self.values)}"] = encode_value(value)
        return word

    def parameters(self) -> dict[str, Any]:
        """DynamoDB refuses empty ones."""
        said = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {name: words for name, words in said.items() if words}


def condition_parameters(table: Table, condition: Condition | None, now_s: float) -> dict[str, Any]:
    """What a write says for its condition. An item that has expired is none."""
    if condition is None:
        return {}
    words = _Words()
    match condition:
        case Absent():
            text = _absent(table, words, now_s)
        case Present():
            text = _there(table, words, now_s)
        case Equals(values):
            text = " AND ".join([_there(table, words, now_s), *_equalities(values, words)])
        case AbsentOrBefore(attribute, limit):
            text = f"{_absent(table, words, now_s)} OR {words.name(attribute)} < {words.value(limit)}"
    return {"ConditionExpression": text, **words.parameters()}


def query_parameters(query: Query, checked: Range, now_s: float) -> dict[str, Any]:
    """The key condition of a query, and the filter that hides what has expired."""
    words = _Words()
    way = query.table if checked.index is None else checked.index
    keys = f"{words.name(way.partition)} = {words.value(query.partition)}{_bounds(checked, words)}"
    parameters: dict[str, Any] = {"KeyConditionExpression": keys}
    if query.table.ttl is not None:
        parameters["FilterExpression"] = _unexpired(query.table.ttl, words, now_s)
    return parameters | words.parameters()


def _bounds(checked: Range, words: _Words) -> str:
    if checked.sort is None or (checked.low is None and checked.high is None):
        return ""
    name = words.name(checked.sort)
    if checked.low is not None and checked.high is not None:
        return f" AND {name} BETWEEN {words.value(checked.low)} AND {words.value(checked.high)}"
    if checked.low is not None:
        return f" AND {name} >= {words.value(checked.low)}"
    return f" AND {name} <= {words.value(checked.high)}"


def _equalities(values: Mapping[str, Value], words: _Words) -> list[str]:
    return [f"{words.name(name)} = {words.value(value)}" for name, value in values.items()]


def _absent(table: Table, words: _Words, now_s: float) -> str:
    text = f"attribute_not_exists({words.name(table.partition)})"
    return text if table.ttl is None else f"{text} OR {words.name(table.ttl)} <= {words.value(now_s)}"


def _there(table: Table, words: _Words, now_s: float) -> str:
    text = f"attribute_exists({words.name(table.partition)})"
    return text if table.ttl is None else f"{text} AND {_unexpired(table.ttl, words, now_s)}"


def _unexpired(ttl: str, words: _Words, now_s: float) -> str:
    name = words.name(ttl)
    return f"(attribute_not_exists({name}) OR {name} > {words.value(now_s)})"
