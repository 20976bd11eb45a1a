"""Reads over all projects, by state and by when they last changed: for operators."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reelwright_chassis.store.port import Page, Query, Store, Value
from reelwright_director import tables
from reelwright_director.codec import item_project
from reelwright_director.decision import Refused
from reelwright_director.expect import number
from reelwright_director.state import Project
from reelwright_director.statuses import statuses_of
from reelwright_director.terms import State

_USUAL_LIMIT = 100
_HIGHEST_LIMIT = 500
_LOOKED_AT_MOST = 2_000
"""Items that one call reads: a filter that nothing fits must not keep a call for ever."""
_COUNTED_AT_MOST = 10_000
_PAGE = 500
_A_LITTLE_S = 1e-5
_LISTED = tuple(state for state in State if state is not State.DELETED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which projects; None and "" for any. Times are Unix seconds of the last change, `until_s` excluded."""

    state: State | None = None
    reason_code: str = ""
    tenant_id: str = ""
    since_s: float | None = None
    until_s: float | None = None

    @property
    def states(self) -> Sequence[State]:
        return _LISTED if self.state is None else (self.state,)

    @property
    def statuses(self) -> Sequence[str]:
        return [status for state in self.states for status in statuses_of(state)]

    def query(self, status: str, cursor: str | None, limit: int) -> Query:
        """A little more than is wanted: `fits` knows exactly."""
        low = self.since_s - _A_LITTLE_S if self.since_s is not None else None
        high = self.until_s + _A_LITTLE_S if self.until_s is not None else None
        return Query(tables.PROJECTS, status, "status", low=low, high=high, cursor=cursor, limit=limit)

    def fits(self, item: dict[str, Value]) -> bool:
        return (
            self.tenant_id in ("", item["tenant_id"])
            and self.reason_code in ("", item.get("reason"))
            and self._in_time(_microseconds(number(item["updated_at"])))
        )

    def _in_time(self, at_us: int) -> bool:
        """By the microseconds that callers are told: a time that was shown finds what it was shown of."""
        begun = self.since_s is None or at_us >= _microseconds(self.since_s)
        return begun and (self.until_s is None or at_us < _microseconds(self.until_s))


@dataclass(frozen=True, slots=True)
class Found:
    projects: Sequence[Project]
    next_cursor: str


@dataclass(slots=True)
class StateTally:
    """`at_least`: counting ended before the end. `oldest_at_s` is the first of their last changes."""

    state: State
    count: int = 0
    at_least: bool = False
    oldest_at_s: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, item: dict[str, Value]) -> None:
        changed_at_s = number(item["updated_at"])
        self.oldest_at_s = min(self.oldest_at_s, changed_at_s) if self.count else changed_at_s
        self.count += 1
        if "reason" in item:
            self.reasons[str(item["reason"])] += 1


class Overview:
    """Every method raises `Unavailable` when the store cannot be reached. An index may lag a little behind."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, wanted: Filter, cursor: str, limit: int) -> Found:
        """Up to `limit` projects (0: 100), status after status, oldest change first.

        Raises `Refused`: cursor_invalid.
        """
        limit = min(limit or _USUAL_LIMIT, _HIGHEST_LIMIT)
        status, at = _place(wanted, cursor)
        found: list[Project] = []
        looked = 0
        while status is not None and len(found) < limit and looked < _LOOKED_AT_MOST:
            page = await self._page(wanted.query(status, at, min(limit - len(found), _PAGE)))
            looked += max(1, len(page.items))
            found += [item_project(item) for item in page.items if wanted.fits(item)]
            at = page.next_cursor
            status = status if at is not None else _after(wanted, status)
        return Found(found, f"{status}:{at or ''}" if status is not None else "")

    async def _page(self, query: Query) -> Page:
        try:
            return await self._store.query(query)
        except ValueError as error:
            raise Refused("cursor_invalid") from error

    async def count(self, wanted: Filter) -> list[StateTally]:
        """How many there are of each state that has any."""
        tallies = [await self._tally(wanted, state) for state in wanted.states]
        return [tally for tally in tallies if tally.count]

    async def _tally(self, wanted: Filter, state: State) -> StateTally:
        tally = StateTally(state)
        for status in statuses_of(state):
            await self._add(tally, wanted, status)
        return tally

    async def _add(self, tally: StateTally, wanted: Filter, status: str) -> None:
        looked = 0
        query: Query | None = wanted.query(status, None, _PAGE)
        while query is not None and looked < _COUNTED_AT_MOST:
            page = await self._store.query(query)
            looked += max(1, len(page.items))
            for item in filter(wanted.fits, page.items):
                tally.add(item)
            query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
        tally.at_least |= query is not None


def _place(wanted: Filter, cursor: str) -> tuple[str | None, str | None]:
    """Where a list goes on. Raises `Refused`: cursor_invalid."""
    if not cursor:
        return wanted.statuses[0], None
    status, _, at = cursor.partition(":")
    if status not in wanted.statuses:
        raise Refused("cursor_invalid")
    return status, at or None


def _after(wanted: Filter, status: str) -> str | None:
    rest = wanted.statuses[wanted.statuses.index(status) + 1 :]
    return rest[0] if rest else None


def _microseconds(time_s: float) -> int:
    return round(time_s * 1e6)
