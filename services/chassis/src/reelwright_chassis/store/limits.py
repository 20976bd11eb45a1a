"""DynamoDB's limits, enforced by every backend, so that a laptop finds what the cluster would refuse.

Source of the numbers: the Amazon DynamoDB developer guide, "Quotas" and "Item sizes and formats".
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

from reelwright_chassis.store.port import Index, Item, Put, Table, Value, Write

MAX_ITEM_BYTES = 400 * 1024
MAX_WRITES = 100
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024
MAX_PARTITION_BYTES = 2048
MAX_SORT_BYTES = 1024
MAX_DEPTH = 32
MAX_DIGITS = 38
_MANY_DIGITS = 10**MAX_DIGITS
_SMALLEST, _LARGEST = 1e-130, 9.99e125
# DynamoDB keeps no difference between 1 and 1.0; what we store beside an item to tell them apart is one bit a number.
_MARKS_BYTES, _MARK_BYTES = 16, 1 / 8

Sort = str | int | float


class InvalidItem(ValueError):
    """An item, key or write that a table or DynamoDB would refuse: a fault of the caller's."""


class Position(NamedTuple):
    """Where an item lies in a table or an index; `sort` is "" where there is no sort attribute."""

    partition: str
    sort: Sort


def check_writes(writes: Sequence[Write]) -> None:
    """Raises `InvalidItem` for a transaction that DynamoDB would refuse."""
    if not 1 <= len(writes) <= MAX_WRITES:
        raise InvalidItem(f"a transaction has 1 to {MAX_WRITES} writes, not {len(writes)}")
    targets = {(write.table.name, position(write.table, keys_of(write))) for write in writes}
    if len(targets) < len(writes):
        raise InvalidItem("a transaction may not name one item twice")
    total = sum([_check_attributes(write.table, write.item) for write in writes if isinstance(write, Put)])
    if total > MAX_TRANSACTION_BYTES:
        raise InvalidItem(f"a transaction is at most {MAX_TRANSACTION_BYTES} bytes, not {total}")


def keys_of(write: Write) -> Item:
    """The attributes that a write's key is read from."""
    return write.item if isinstance(write, Put) else write.key


def check_item(table: Table, item: Item) -> int:
    """The item's size in bytes as DynamoDB counts it. Raises `InvalidItem` when table or limits refuse it."""
    position(table, item)
    return _check_attributes(table, item)


def _check_attributes(table: Table, item: Item) -> int:
    """All but its key."""
    for index in table.indexes:
        index_position(table, index, item)
    if table.ttl is not None and table.ttl in item and not _is_number(item[table.ttl]):
        raise InvalidItem(f"{table.name}.{table.ttl} must be a number of seconds")
    size = math.ceil(_MARKS_BYTES + _map_size(item, 0))
    if size > MAX_ITEM_BYTES:
        raise InvalidItem(f"an item of {table.name} is {size} bytes, more than {MAX_ITEM_BYTES}")
    return size


def position(table: Table, attributes: Item) -> Position:
    """Where the item with these key attributes lies in its table. Raises `InvalidItem`."""
    for name in (table.partition, table.sort):
        if name is not None and name not in attributes:
            raise InvalidItem(f"an item of {table.name} needs the key attribute {name}")
    partition = check_partition(table.name, table.partition, attributes[table.partition])
    if table.sort is None:
        return Position(partition, "")
    return Position(partition, check_sort(table.name, table.sort, attributes[table.sort], numeric=table.numeric))


def index_position(table: Table, index: Index, item: Item) -> Position | None:
    """Where the item lies in the index; None when it lacks one of the index's attributes. Raises `InvalidItem`."""
    where = f"{table.name}/{index.name}"
    # Each is checked though the other may be missing: DynamoDB refuses a wrong type in an item outside the index, too.
    has_partition, has_sort = index.partition in item, index.sort is not None and index.sort in item
    partition = check_partition(where, index.partition, item[index.partition]) if has_partition else ""
    sort: Sort = ""
    if index.sort is not None and has_sort:
        sort = check_sort(where, index.sort, item[index.sort], numeric=index.numeric)
    if not has_partition or (index.sort is not None and not has_sort):
        return None
    return Position(partition, sort)


def check_sort(where: str, name: str, value: Value, *, numeric: bool) -> Sort:
    """The value itself. Raises `InvalidItem` when it is not what the declaration says."""
    if numeric:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidItem(f"{where} sorts by numbers, but {name} is a {type(value).__name__}")
        _number_size(value)
        return value
    if not isinstance(value, str):
        raise InvalidItem(
            f"{where} sorts by strings, but {name} is a {type(value).__name__} (numeric=True declares it)"
        )
    if not 1 <= _text_size(value) <= MAX_SORT_BYTES:
        raise InvalidItem(f"{where}: {name} must have 1 to {MAX_SORT_BYTES} bytes")
    return value


def check_partition(where: str, name: str, value: Value) -> str:
    if not isinstance(value, str):
        raise InvalidItem(
            f"{where}: {name} must be a string, not a {type(value).__name__}; leave it out if it has none"
        )
    if not 1 <= _text_size(value) <= MAX_PARTITION_BYTES:
        raise InvalidItem(f"{where}: {name} must have 1 to {MAX_PARTITION_BYTES} bytes")
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _map_size(attributes: Item, depth: int) -> float:
    """Of their names and values."""
    return sum(map(_text_size, attributes)) + _sizes(attributes.values(), depth)


def _sizes(values: Collection[Value], depth: int) -> float:
    """Of what lies at one level. Every item of every write passes here, and most of it is text."""
    if depth >= MAX_DEPTH and values:
        raise InvalidItem(f"an item is at most {MAX_DEPTH} levels deep")
    return sum([_text_size(value) if type(value) is str else _size(value, depth + 1) for value in values])


def _size(value: Value, depth: int) -> float:
    if isinstance(value, str):
        return _text_size(value)
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, int | float):
        return _number_size(value) + _MARK_BYTES
    if isinstance(value, list):
        return 3 + len(value) + _sizes(value, depth)
    if isinstance(value, dict):
        return 3 + len(value) + _map_size(value, depth)
    raise InvalidItem(f"an item cannot hold a {type(value).__name__}")


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _number_size(value: float) -> int:
    if isinstance(value, int):
        if abs(value) >= _MANY_DIGITS and len(str(abs(value)).rstrip("0")) > MAX_DIGITS:
            raise InvalidItem(f"a number has at most {MAX_DIGITS} digits")
    elif not math.isfinite(value):
        raise InvalidItem("a number must be finite")
    if value and not _SMALLEST <= abs(value) <= _LARGEST:
        raise InvalidItem(f"a number lies between {_SMALLEST} and {_LARGEST}")
    return 1 + (len(repr(value)) + 1) // 2
