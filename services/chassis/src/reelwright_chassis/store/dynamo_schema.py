"""What our declarations are in DynamoDB's own words, and where a table differs from its declaration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwright_chassis.store.port import Index, Table


@dataclass(frozen=True, slots=True)
class Differences:
    """`missing` can be added; `wrong` says in words what nobody can change about a table."""

    missing: tuple[Index, ...] = ()
    unready: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def creation(table: Table, name: str, *, protected: bool) -> dict[str, Any]:
    """A CreateTable, with all its indexes, paid by use."""
    indexes = [index_definition(index) for index in table.indexes]
    return {
        "TableName": name,
        "AttributeDefinitions": attribute_definitions(table, table.indexes),
        "KeySchema": _key_schema(table),
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": protected,
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def index_definition(index: Index) -> dict[str, Any]:
    """Whole items, so that whoever finds one need not read it again."""
    return {"IndexName": index.name, "KeySchema": _key_schema(index), "Projection": {"ProjectionType": "ALL"}}


def attribute_definitions(table: Table, indexes: tuple[Index, ...]) -> list[dict[str, str]]:
    """Of the attributes in the keys of the table and of these indexes, each once."""
    types: dict[str, str] = {}
    ways: tuple[Table | Index, ...] = (table, *indexes)
    for way in ways:
        types |= _types(way)
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def differences(table: Table, described: Mapping[str, Any]) -> Differences:
    """Between a declaration and a DescribeTable's `Table`."""
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    have = {each["IndexName"]: each for each in described.get("GlobalSecondaryIndexes", ())}
    wrong = [] if _keys_of(described, types) == _wanted(table) else [_wrong("its keys", table, described, types)]
    missing, unready = list[Index](), list[str]()
    for index in table.indexes:
        found = have.get(index.name)
        if found is None:
            missing.append(index)
        elif _keys_of(found, types) != _wanted(index):
            wrong.append(_wrong(f"the keys of its index {index.name}", index, found, types))
        elif found["Projection"]["ProjectionType"] != "ALL":
            wrong.append(f"its index {index.name} holds only a part of the items")
        elif found.get("IndexStatus") not in ("ACTIVE", "UPDATING"):
            unready.append(index.name)
    return Differences(tuple(missing), tuple(unready), tuple(wrong))


def _key_schema(way: Table | Index) -> list[dict[str, str]]:
    keys = [{"AttributeName": way.partition, "KeyType": "HASH"}]
    return keys if way.sort is None else [*keys, {"AttributeName": way.sort, "KeyType": "RANGE"}]


def _types(way: Table | Index) -> dict[str, str]:
    types = {way.partition: "S"}
    return types if way.sort is None else types | {way.sort: "N" if way.numeric else "S"}


def _wanted(way: Table | Index) -> list[tuple[str, str]]:
    return list(_types(way).items())


def _keys_of(described: Mapping[str, Any], types: Mapping[str, str]) -> list[tuple[str, str]]:
    by_kind = sorted(described["KeySchema"], key=lambda key: key["KeyType"] != "HASH")
    return [(key["AttributeName"], types[key["AttributeName"]]) for key in by_kind]


def _wrong(what: str, way: Table | Index, described: Mapping[str, Any], types: Mapping[str, str]) -> str:
    return f"{what} are {_said(_keys_of(described, types))} and should be {_said(_wanted(way))}"


def _said(keys: list[tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({'number' if kind == 'N' else 'string'})" for name, kind in keys)
