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

    def query(self, state: State, cursor: str | None, limit: int) -> Query:
        """A little more than is wanted: `fits` knows exactly."""
        low = self.since_s - _A_LITTLE_S if self.since_s is not None else None
        high = self.until_s + _A_LITTLE_S if self.until_s is not None else None
        return Query(tables.PROJECTS, state.value, "status", low=low, high=high, cursor=cursor, limit=limit)

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


@dataclass(frozen=True, slots=True)
class StateTally:
    """`at_least`: counting ended before the end."""

    state: State
    count: int
    at_least: bool
    oldest_at_s: float
    reasons: Counter[str] = field(default_factory=Counter)


class Overview:
    """Every method raises `Unavailable` when the store cannot be reached. An index may lag a little behind."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, wanted: Filter, cursor: str, limit: int) -> Found:
        """Up to `limit` projects (0: 100), state after state, oldest change first. Raises `Refused`: cursor_invalid."""
        limit = min(limit or _USUAL_LIMIT, _HIGHEST_LIMIT)
        state, at = _place(wanted, cursor)
        found: list[Project] = []
        looked = 0
        while state is not None and len(found) < limit and looked < _LOOKED_AT_MOST:
            page = await self._page(wanted.query(state, at, min(limit - len(found), _PAGE)))
            looked += max(1, len(page.items))
            found += [item_project(item) for item in page.items if wanted.fits(item)]
            at = page.next_cursor
            state = state if at is not None else _after(wanted, state)
        return Found(found, f"{state.value}:{at or ''}" if state is not None else "")

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
        reasons: Counter[str] = Counter()
        count, looked, oldest_at_s = 0, 0, 0.0
        query: Query | None = wanted.query(state, None, _PAGE)
        while query is not None and looked < _COUNTED_AT_MOST:
            page = await self._store.query(query)
            looked += max(1, len(page.items))
            fitting = [item for item in page.items if wanted.fits(item)]
            if fitting and not count:
                oldest_at_s = number(fitting[0]["updated_at"])
            count += len(fitting)
            reasons.update(str(item["reason"]) for item in fitting if "reason" in item)
            query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
        return StateTally(state, count, query is not None, oldest_at_s, reasons)


def _place(wanted: Filter, cursor: str) -> tuple[State | None, str | None]:
    """Where a list goes on. Raises `Refused`: cursor_invalid."""
    if not cursor:
        return wanted.states[0], None
    name, _, at = cursor.partition(":")
    state = next((state for state in wanted.states if state.value == name), None)
    if state is None:
        raise Refused("cursor_invalid")
    return state, at or None


def _after(wanted: Filter, state: State) -> State | None:
    rest = wanted.states[wanted.states.index(state) + 1 :]
    return rest[0] if rest else None


def _microseconds(time_s: float) -> int:
    return round(time_s * 1e6)
