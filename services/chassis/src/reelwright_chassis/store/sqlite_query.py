"""A query as one SELECT over the items of a table, or over the entries of an index."""

import sqlite3
from collections.abc import Callable

from reelwright_chassis.store.codec import decode_item
from reelwright_chassis.store.cursors import Cursor, encode_cursor
from reelwright_chassis.store.limits import Sort
from reelwright_chassis.store.port import Page, Query
from reelwright_chassis.store.ranges import Range, check_query

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
    bounds, values = _bounds(check_query(query))
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


def _bounds(checked: Range) -> tuple[str, list[Sort]]:
    """The clauses on the sort attribute, and their values."""
    alias = "i" if checked.index is None else "e"
    clauses, values = "", list[Sort]()
    for comparison, bound in ((">=", checked.low), ("<=", checked.high)):
        if bound is not None:
            clauses += f" AND {alias}.sort {comparison} ?"
            values.append(bound)
    if checked.after is not None:
        beyond = ">" if checked.ascending else "<"
        place = "i.sort" if checked.index is None else "(e.sort, e.item_partition, e.item_sort)"
        clauses += f" AND {place} {beyond} {'?' if checked.index is None else '(?, ?, ?)'}"
        values += checked.after[:1] if checked.index is None else checked.after
    return clauses, values
