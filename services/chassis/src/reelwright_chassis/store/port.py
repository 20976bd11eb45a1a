"""The port to state: items in tables, conditional writes, small transactions.

The common ground of DynamoDB and SQLite: a table has a partition key and perhaps a sort key, and named indexes with
keys of their own. An item that lacks an index's key attributes is not in that index (sparse).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Value: TypeAlias = "str | int | float | bool | bytes | list[Value] | dict[str, Value] | None"
"""What an attribute may hold. Numbers keep their type; NaN and infinities are refused."""

Item: TypeAlias = Mapping[str, Value]
Key: TypeAlias = Mapping[str, "str | int"]


@dataclass(frozen=True, slots=True)
class Index:
    """A second way into a table: a string partition attribute, and perhaps a sort attribute (string or number).

    `numeric` says that the sort attribute holds numbers; it holds strings otherwise.
    """

    name: str
    partition: str
    sort: str | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table's declaration.

    `ttl` names the attribute with the Unix time in seconds from which on the item is not there any more: reads, queries
    and conditions do not see it. `numeric` says that the sort attribute holds numbers; it holds strings otherwise. Key
    and index attributes that an item has must be of the declared type, and not empty.
    """

    name: str
    partition: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Condition: no item has this key."""


@dataclass(frozen=True, slots=True)
class Present:
    """Condition: an item has this key."""


@dataclass(frozen=True, slots=True)
class Equals:
    """Condition: the item exists and these attributes hold exactly these values."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class AbsentOrBefore:
    """Condition: there is no item, or its `attribute` is a number below `limit`. For leases: free, or expired."""

    attribute: str
    limit: float


Condition: TypeAlias = Absent | Present | Equals | AbsentOrBefore


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item."""

    table: Table
    item: Item
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the item; without a condition it need not exist."""

    table: Table
    key: Key
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Writes nothing: the transaction holds only if the condition does."""

    table: Table
    key: Key
    when: Condition


Write: TypeAlias = Put | Delete | Check


@dataclass(frozen=True, slots=True)
class Query:
    """Items of one partition, of the table itself or of an index, in sort order.

    `low` and `high` bound the sort attribute, both inclusive. `cursor` is a page's `next_cursor`.
    """

    table: Table
    partition: str
    index: str | None = None
    low: str | float | None = None
    high: str | float | None = None
    ascending: bool = True
    limit: int = 100
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """May hold fewer items than the limit, even none, and yet have a `next_cursor`: only None says that this is all."""

    items: Sequence[dict[str, Value]]
    next_cursor: str | None = field(default=None)


class Store(Protocol):
    """Items by key, read consistently; indexes may lag a little behind.

    Every method raises `Unavailable` when the backend cannot be reached. A write whose condition does not hold raises
    `Conflict` and changes nothing. An item is at most 400 KB; a transaction has at most 100 writes and 4 MB, all on
    different items. What breaks a limit or a table's declaration raises ValueError.
    """

    async def ensure(self, tables: Sequence[Table]) -> None:
        """Create the tables and indexes that are missing. Never drops or shrinks anything."""

    async def get(self, table: Table, key: Key) -> dict[str, Value] | None: ...

    async def put(self, table: Table, item: Item, *, when: Condition | None = None) -> None: ...

    async def delete(self, table: Table, key: Key, *, when: Condition | None = None) -> None: ...

    async def transact(self, writes: Sequence[Write]) -> None:
        """All of the writes or none of them."""

    async def query(self, query: Query) -> Page: ...
