"""A query, checked once for every backend: what orders it, its bounds, and where the last page ended."""

from dataclasses import dataclass

from reelwright_chassis.store.cursors import Cursor, InvalidCursor, decode_cursor
from reelwright_chassis.store.limits import Sort, check_partition, check_sort
from reelwright_chassis.store.port import Index, Query, Table

MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Range:
    """`sort` is the attribute that orders the page, if there is one; the bounds are inclusive."""

    index: Index | None
    sort: str | None
    low: Sort | None
    high: Sort | None
    after: Cursor | None
    ascending: bool

    @property
    def empty(self) -> bool:
        """Whether no item can be in it: DynamoDB refuses such queries."""
        if self.low is not None and self.high is not None and _before(self.high, self.low):
            return True
        # In a table a sort value is there once, so nothing comes after one that is the bound.
        bound = self.high if self.ascending else self.low
        return self.index is None and bound is not None and self.after is not None and self.after.sort == bound


def check_query(query: Query) -> Range:
    """Raises ValueError for a query that makes no sense, `InvalidCursor` for a cursor that no page of it gave."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise ValueError(f"a page has 1 to {MAX_PAGE} items, not {query.limit}")
    index = None if query.index is None else _index(query.table, query.index)
    way = query.table if index is None else index
    check_partition(query.table.name, way.partition, query.partition)
    low, high = (_bound(query, way, bound) for bound in (query.low, query.high))
    after = None if query.cursor is None else decode_cursor(query.cursor)
    checked = Range(index, way.sort, low, high, after, query.ascending)
    if checked.after is not None:
        _check_cursor(query, way, checked, checked.after)
    return checked


def _index(table: Table, name: str) -> Index:
    for index in table.indexes:
        if index.name == name:
            return index
    raise ValueError(f"{table.name} has no index {name}")


def _bound(query: Query, way: Table | Index, bound: Sort | None) -> Sort | None:
    if bound is None:
        return None
    if way.sort is None:
        raise ValueError(f"{query.table.name}/{query.index or ''} has no sort attribute to bound")
    return check_sort(query.table.name, way.sort, bound, numeric=way.numeric)


def _check_cursor(query: Query, way: Table | Index, checked: Range, cursor: Cursor) -> None:
    """A cursor comes back from users: it may be of another query, or of their own making."""
    places = ((way, cursor.sort), (query.table, cursor.item_sort))
    fits = all(_fits(declared, value) for declared, value in places)
    if fits and checked.index is None:
        fits = cursor.item_partition == query.partition and cursor.sort == cursor.item_sort
    if not fits or not cursor.item_partition or not _within(checked, cursor.sort):
        raise InvalidCursor("not a cursor of this query")


def _fits(declared: Table | Index, value: Sort) -> bool:
    if declared.sort is None:
        return value == ""
    try:
        check_sort(declared.name, declared.sort, value, numeric=declared.numeric)
    except ValueError:
        return False
    return True


def _within(checked: Range, value: Sort) -> bool:
    below = checked.low is not None and _before(value, checked.low)
    above = checked.high is not None and _before(checked.high, value)
    return not below and not above


def _before(one: Sort, other: Sort) -> bool:
    """Strings sort by their bytes; both are of the declared type."""
    if isinstance(one, str) and isinstance(other, str):
        return one.encode() < other.encode()
    return not isinstance(one, str) and not isinstance(other, str) and one < other
