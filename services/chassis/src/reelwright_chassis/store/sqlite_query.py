"""A query as one SELECT over the items of a table, or over the entries of an index."""

import sqlite3
from collections.abc import Callable

from reelwright_chassis.store.codec import decode_item
from reelwright_chassis.store.cursors import Cursor, decode_cursor, encode_cursor
from reelwright_chassis.store.limits import Sort, check_sort
from reelwright_chassis.store.port import Page, Query, Table

MAX_PAGE = 1000
_OF_TABLE = (
    "SELECT i.sort, i.partition, i.sort, i.body FROM items i"
    " WHERE i.tbl = ? AND i.partition = ?{bounds} AND (i.expires_at IS NULL OR i.expires_at > ?)"
    " ORDER BY i.sort {order} LIMIT ?"
)
_OF_INDEX = (
    "SELECT e.sort, i.partition, i.sort, i.body FROM entries e"
    " JOIN items i ON i.tbl = e.tbl AND i.partition = e.item_partition AND i.sort = e.item_sort"
    " WHERE e.tbl = ? AND e.idx = ? AND e.partition = ?{bounds} AND (i.expires_at IS NULL OR i.expires_at > ?)"
    " ORDER BY e.sort {order}, e.item_partition {order}, e.item_sort {order} LIMIT ?"
)


def prepare_query(query: Query, now_s: float) -> Callable[[sqlite3.Connection], Page]:
    """Check the query and make the work that runs it. Raises ValueError."""
    if not 1 <= query.limit <= MAX_PAGE:
        raise ValueError(f"a page has 1 to {MAX_PAGE} items, not {query.limit}")
    bounds, values = _bounds(query)
    order = "ASC" if query.ascending else "DESC"
    statement = (_OF_TABLE if query.index is None else _OF_INDEX).format(bounds=bounds, order=order)
    index = () if query.index is None else (query.index,)
    parameters = (query.table.name, *index, query.partition, *values, now_s, query.limit + 1)
    return lambda connection: _page(connection.execute(statement, parameters).fetchall(), query.limit)


def _page(found: list[tuple[Sort, str, Sort, str]], limit: int) -> Page:
    items = [decode_item(body) for *_, body in found[:limit]]
    if len(found) <= limit:
        return Page(items)
    sort, item_partition, item_sort, _ = found[limit - 1]
    return Page(items, encode_cursor(Cursor(sort, item_partition, item_sort)))


def _bounds(query: Query) -> tuple[str, list[Sort]]:
    """The clauses on the sort attribute, and their values."""
    name, numeric = _sort_of(query.table, query.index)
    alias = "i" if query.index is None else "e"
    clauses, values = "", list[Sort]()
    for comparison, bound in ((">=", query.low), ("<=", query.high)):
        if bound is not None and name is None:
            raise ValueError(f"{query.table.name}/{query.index or ''} has no sort attribute to bound")
        if bound is not None and name is not None:
            clauses += f" AND {alias}.sort {comparison} ?"
            values.append(check_sort(query.table.name, name, bound, numeric=numeric))
    if query.cursor is not None:
        cursor = decode_cursor(query.cursor)
        beyond = ">" if query.ascending else "<"
        place = "i.sort" if query.index is None else "(e.sort, e.item_partition, e.item_sort)"
        clauses += f" AND {place} {beyond} {'?' if query.index is None else '(?, ?, ?)'}"
        values += cursor[:1] if query.index is None else cursor
    return clauses, values


def _sort_of(table: Table, index_name: str | None) -> tuple[str | None, bool]:
    """The sort attribute, if there is one, and whether it holds numbers. Raises ValueError for an unknown index."""
    if index_name is None:
        return table.sort, table.numeric
    for index in table.indexes:
        if index.name == index_name:
            return index.sort, index.numeric
    raise ValueError(f"{table.name} has no index {index_name}")
