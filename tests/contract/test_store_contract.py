"""What every `Store` backend does."""

import asyncio
import time
from collections.abc import Callable

import pytest

from reelwright_chassis.errors import Conflict
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.cursors import Cursor, InvalidCursor, encode_cursor
from reelwright_chassis.store.limits import MAX_ITEM_BYTES, check_item
from reelwright_chassis.store.port import (
    Absent,
    AbsentOrBefore,
    Check,
    Condition,
    Delete,
    Equals,
    Index,
    Item,
    Page,
    Present,
    Put,
    Query,
    Store,
    Table,
    Value,
    Write,
)
from reelwright_chassis.store.sqlite import SqliteStore

PLAIN = Table("contract-plain", partition="id", ttl="expires_at")
SORTED = Table(
    "contract-sorted",
    partition="id",
    sort="number",
    numeric=True,
    indexes=(
        Index("by-colour", partition="colour"),
        Index("due", partition="shard", sort="due_at", numeric=True),
        Index("by-name", partition="shard", sort="name"),
    ),
)
LEASED = Table("contract-leased", partition="id", indexes=(Index("by-owner", partition="owner"),), ttl="expires_at")


@pytest.fixture
async def tables(store: Store) -> Store:
    await store.ensure([PLAIN, SORTED, LEASED])
    return store


@pytest.fixture
def key() -> str:
    """A partition that no other test uses."""
    return new_id()


ITEM: dict[str, Value] = {
    "text": "Grüße, 世界",
    "empty": "",
    "int": 12345678901234567890,
    "float": 0.1,
    "whole": 2.0,
    "true": True,
    "none": None,
    "bytes": b"\x00\xff\x80",
    "list": [1, 1.0, "x", b"y", [None, {}]],
    "map": {"a": {"b": b"c"}, "": 1, "$bytes": "no bytes", "$map": {"$bytes": [1]}},
}


def types_of(value: Value) -> object:
    """The value with the type of everything in it: 1, 1.0 and True are equal to Python."""
    if isinstance(value, list):
        return [types_of(each) for each in value]
    if isinstance(value, dict):
        return {name: types_of(each) for name, each in value.items()}
    return type(value), value


async def test_an_item_comes_back_as_it_was(tables: Store, key: str) -> None:
    await tables.put(PLAIN, {"id": key, **ITEM})
    assert types_of(await tables.get(PLAIN, {"id": key})) == types_of({"id": key, **ITEM})


async def test_put_replaces_the_whole_item(tables: Store, key: str) -> None:
    await tables.put(PLAIN, {"id": key, "a": 1, "b": 2})
    await tables.put(PLAIN, {"id": key, "a": 3})
    assert await tables.get(PLAIN, {"id": key}) == {"id": key, "a": 3}


async def test_what_is_not_there_is_none_and_may_be_deleted(tables: Store, key: str) -> None:
    assert await tables.get(PLAIN, {"id": key}) is None
    await tables.delete(PLAIN, {"id": key})
    await tables.put(PLAIN, {"id": key})
    await tables.delete(PLAIN, {"id": key})
    assert await tables.get(PLAIN, {"id": key}) is None


async def test_tables_are_apart(tables: Store, key: str) -> None:
    await tables.put(PLAIN, {"id": key})
    await tables.put(SORTED, {"id": key, "number": 1})
    await tables.delete(PLAIN, {"id": key})
    assert await tables.get(SORTED, {"id": key, "number": 1})


@pytest.mark.parametrize(
    ("condition", "item", "holds"),
    [
        (Absent(), None, True),
        (Absent(), {}, False),
        (Present(), None, False),
        (Present(), {}, True),
        (Equals({"a": 1, "b": "x"}), {"a": 1, "b": "x", "c": 0}, True),
        (Equals({"a": 1}), {"a": 1.0}, True),
        (Equals({"a": 1}), {"a": True}, False),
        (Equals({"a": 1}), {"a": 2}, False),
        (Equals({"a": [{"b": b"1"}]}), {"a": [{"b": b"1"}]}, True),
        (Equals({"a": [1]}), {"a": [1, 2]}, False),
        (Equals({"a": {"b": 1}}), {"a": {"c": 1}}, False),
        (Equals({"a": None}), {}, False),
        (Equals({"a": None}), {"a": None}, True),
        (Equals({"a": 1}), None, False),
        (AbsentOrBefore("until", 100.0), None, True),
        (AbsentOrBefore("until", 100.0), {"until": 99.5}, True),
        (AbsentOrBefore("until", 100.0), {"until": 100}, False),
        (AbsentOrBefore("until", 100.0), {}, False),
        (AbsentOrBefore("until", 100.0), {"until": "soon"}, False),
    ],
)
async def test_conditions(tables: Store, key: str, condition: Condition, item: Item | None, holds: bool) -> None:
    async def reset() -> dict[str, Value] | None:
        await tables.delete(PLAIN, {"id": key})
        if item is not None:
            await tables.put(PLAIN, {"id": key, **item})
        return await tables.get(PLAIN, {"id": key})

    other = key + "-other"
    writes: list[tuple[Callable[[], object], dict[str, Value] | None]] = [
        (lambda: tables.put(PLAIN, {"id": key, "new": 1}, when=condition), {"id": key, "new": 1}),
        (lambda: tables.delete(PLAIN, {"id": key}, when=condition), None),
        (lambda: tables.transact([Check(PLAIN, {"id": key}, condition), Put(PLAIN, {"id": other})]), await reset()),
    ]
    for write, after in writes:
        before = await reset()
        if holds:
            await write()  # type: ignore[misc]
            assert await tables.get(PLAIN, {"id": key}) == after
        else:
            with pytest.raises(Conflict):
                await write()  # type: ignore[misc]
            assert await tables.get(PLAIN, {"id": key}) == before
    assert (await tables.get(PLAIN, {"id": other}) is not None) == holds


async def test_a_transaction_is_all_or_nothing(tables: Store, key: str) -> None:
    await tables.put(SORTED, {"id": key, "number": 1, "version": 1})
    writes: list[Write] = [
        Put(SORTED, {"id": key, "number": 1, "version": 2}, when=Equals({"version": 1})),
        Put(SORTED, {"id": key, "number": 2}, when=Absent()),
        Delete(PLAIN, {"id": key}),
    ]
    await tables.transact(writes)
    with pytest.raises(Conflict):
        await tables.transact([Put(PLAIN, {"id": key}), *writes[:1]])
    assert await tables.get(PLAIN, {"id": key}) is None
    assert [item["number"] for item in (await tables.query(Query(SORTED, key))).items] == [1, 2]


async def test_of_many_who_write_on_a_version_each_counts_once(tables: Store, key: str) -> None:
    await tables.put(PLAIN, {"id": key, "version": 0})

    async def increment() -> None:
        while True:
            item = await tables.get(PLAIN, {"id": key})
            assert item is not None
            version = item["version"]
            assert isinstance(version, int)
            try:
                await tables.put(PLAIN, {"id": key, "version": version + 1}, when=Equals({"version": version}))
            except Conflict:
                continue
            return

    await asyncio.gather(*(increment() for _ in range(10)))
    assert await tables.get(PLAIN, {"id": key}) == {"id": key, "version": 10}


async def test_what_comes_together_is_made_one_after_the_other(tables: Store, key: str) -> None:
    """Each condition finds what the transactions before it left, and an item is in the indexes as it was left last."""

    def put(number: int, when: Condition, **more: Value) -> Put:
        return Put(SORTED, {"id": key, "number": number, **more}, when=when)

    at: dict[str, str | int] = {"id": key, "number": 1}
    asked: list[list[Write]] = [
        [put(1, Absent(), colour=f"{key}-red")],
        [put(1, Absent(), colour=f"{key}-green")],
        [put(1, Present(), colour=f"{key}-blue"), put(2, Absent(), colour=f"{key}-blue")],
        [Delete(SORTED, at, when=Equals({"colour": f"{key}-red"}))],
        [Check(SORTED, at, when=Present()), put(3, Absent())],
    ]
    told = await _in_turn(tables, asked)
    assert [type(each) for each in told] == [type(None), Conflict, type(None), Conflict, type(None)]
    assert [item["number"] for item in (await tables.query(Query(SORTED, key))).items] == [1, 2, 3]
    for colour, numbers in (("red", []), ("green", []), ("blue", [1, 2])):
        page = await tables.query(Query(SORTED, f"{key}-{colour}", index="by-colour"))
        assert sorted(item["number"] for item in page.items) == numbers  # type: ignore[type-var]

    gone: list[list[Write]] = [[Delete(SORTED, at)], [put(1, Present())], [put(1, Absent())], [Delete(SORTED, at)]]
    told = await _in_turn(tables, gone)
    assert [type(each) for each in told] == [type(None), Conflict, type(None), type(None)]
    assert await tables.get(SORTED, at) is None


async def _in_turn(store: Store, asked: list[list[Write]]) -> list[BaseException | None]:
    """All at once where they are made in the order in which they come, else each after the other."""
    if isinstance(store, SqliteStore):
        return await asyncio.gather(*map(store.transact, asked), return_exceptions=True)
    return [(await asyncio.gather(store.transact(writes), return_exceptions=True))[0] for writes in asked]


async def everything(store: Store, query: Query) -> list[Value]:
    """The numbers of all pages' items."""
    numbers: list[Value] = []
    page = Page([], next_cursor=query.cursor)
    while True:
        page = await store.query(
            Query(
                query.table,
                query.partition,
                query.index,
                query.low,
                query.high,
                query.ascending,
                query.limit,
                page.next_cursor,
            )
        )
        assert len(page.items) <= query.limit
        numbers += [item["number"] for item in page.items]
        if page.next_cursor is None:
            return numbers


@pytest.fixture
async def filled(tables: Store, key: str) -> Store:
    """Ten items: due at 0, 0, 2, 2, 4, ...; the names sort otherwise; every third has no colour."""
    for number in range(10):
        item: dict[str, Value] = {"id": key, "number": number, "shard": key, "due_at": number // 2 * 2}
        item["name"] = f"name-{number * 7 % 10}"
        if number % 3:
            item["colour"] = f"{key}-red"
        await tables.put(SORTED, item)
    return tables


@pytest.mark.parametrize("limit", [1, 3, 10, 100])
@pytest.mark.parametrize("ascending", [True, False])
async def test_queries_page_in_order(filled: Store, key: str, limit: int, ascending: bool) -> None:
    def query(index: str | None, low: str | float | None = None, high: str | float | None = None) -> Query:
        return Query(SORTED, key, index, low, high, ascending, limit)

    step = 1 if ascending else -1
    assert await everything(filled, query(None)) == list(range(10))[::step]
    assert await everything(filled, query(None, 2.5, 6)) == [3, 4, 5, 6][::step]
    assert await everything(filled, query("by-name")) == [0, 3, 6, 9, 2, 5, 8, 1, 4, 7][::step]
    assert await everything(filled, query("by-name", "name-8")) == [4, 7][::step]
    due = await everything(filled, query("due", 2, 4.0))
    assert sorted(map(str, due)) == ["2", "3", "4", "5"]  # equals may come in any order
    assert {*due[:2]} == ({2, 3} if ascending else {4, 5})


async def test_an_index_holds_only_items_that_have_its_attributes(filled: Store, key: str) -> None:
    red = Query(SORTED, f"{key}-red", index="by-colour")
    assert sorted(map(str, await everything(filled, red))) == ["1", "2", "4", "5", "7", "8"]
    await filled.put(SORTED, {"id": key, "number": 1})
    await filled.delete(SORTED, {"id": key, "number": 2})
    await filled.put(SORTED, {"id": key, "number": 3, "colour": f"{key}-red"})
    assert sorted(map(str, await everything(filled, red))) == ["3", "4", "5", "7", "8"]
    page = await filled.query(Query(SORTED, f"{key}-red", index="by-colour", limit=1))
    assert set(page.items[0]) >= {"id", "number", "colour"}


async def test_strings_sort_by_their_bytes(tables: Store, key: str) -> None:
    names = ["Z", "a", "B", "é", "z", "10", "9", "\U0001f600", "￿"]
    for number, name in enumerate(names):
        await tables.put(SORTED, {"id": key, "number": number, "shard": key, "name": name})
    found = await everything(tables, Query(SORTED, key, index="by-name"))
    assert found == sorted(range(len(names)), key=lambda number: names[number].encode())


async def test_what_has_expired_is_not_there(tables: Store, key: str) -> None:
    await tables.put(PLAIN, {"id": key, "expires_at": time.time() + 1000})
    assert await tables.get(PLAIN, {"id": key})
    await tables.put(PLAIN, {"id": key, "expires_at": int(time.time()) - 10})
    assert await tables.get(PLAIN, {"id": key}) is None
    assert (await tables.query(Query(PLAIN, key))).items == []
    with pytest.raises(Conflict):
        await tables.put(PLAIN, {"id": key}, when=Present())
    await tables.put(PLAIN, {"id": key, "new": True}, when=Absent())
    assert await tables.get(PLAIN, {"id": key}) == {"id": key, "new": True}


async def test_what_has_expired_is_in_no_index_and_meets_no_condition(tables: Store, key: str) -> None:
    gone: dict[str, Value] = {"id": key, "owner": key, "until": 5, "expires_at": time.time() - 0.5}

    async def expire() -> None:
        await tables.put(LEASED, gone)

    await expire()
    await tables.put(LEASED, {**gone, "id": f"{key}-2", "expires_at": time.time() + 1000})
    found: list[Value] = []
    page: Page | None = None
    while page is None or page.next_cursor is not None:
        page = await tables.query(Query(LEASED, key, "by-owner", limit=1, cursor=page.next_cursor if page else None))
        found += [item["id"] for item in page.items]
    assert found == [f"{key}-2"]
    for condition in (Present(), Equals({"until": 5}), Equals({})):
        for write in (Put(LEASED, {"id": key}, condition), Delete(LEASED, {"id": key}, condition)):
            with pytest.raises(Conflict):
                await tables.transact([write, Delete(PLAIN, {"id": key})])
    await tables.transact([Check(LEASED, {"id": key}, AbsentOrBefore("until", 1)), Delete(PLAIN, {"id": key})])
    await tables.delete(LEASED, {"id": key}, when=Absent())
    await expire()
    await tables.put(LEASED, {"id": key, "new": 1}, when=AbsentOrBefore("until", 1))
    assert await tables.get(LEASED, {"id": key}) == {"id": key, "new": 1}


async def test_large_items_come_in_as_many_pages_as_it_takes(tables: Store, key: str) -> None:
    for number in range(6):
        await tables.put(SORTED, {"id": key, "number": number, "text": "x" * 390_000})
    assert await everything(tables, Query(SORTED, key)) == list(range(6))


@pytest.mark.parametrize("filler", ["x" * 400, b"\x00" * 400, [1.0] * 100, ["ü"] * 100, {"name": [None] * 300}])
async def test_an_item_may_be_as_large_as_the_limits_say(tables: Store, key: str, filler: Value) -> None:
    """What passes here is refused by no backend: the sizes that we count are never less than DynamoDB's."""
    fits: dict[str, Value] = {"id": key, "rest": ""}
    size = check_item(PLAIN, fits)
    count = (MAX_ITEM_BYTES - size - 1000) // (check_item(PLAIN, {**fits, "0000": filler}) - size)
    fits |= {f"{number:04d}": filler for number in range(count)}
    fits["rest"] = "x" * (MAX_ITEM_BYTES - check_item(PLAIN, fits))
    assert check_item(PLAIN, fits) == MAX_ITEM_BYTES
    await tables.put(PLAIN, fits)
    assert types_of(await tables.get(PLAIN, {"id": key})) == types_of(fits)


async def test_ensure_again_keeps_everything(filled: Store, key: str) -> None:
    await filled.ensure([SORTED])
    assert await everything(filled, Query(SORTED, key)) == list(range(10))


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": ""},
        {"id": 1},
        {"id": "x" * 2049},
        {"id": "x", "a": float("nan")},
        {"id": "x", "a": [float("inf")]},
        {"id": "x", "a": 10**39 + 1},
        {"id": "x", "a": 1e126},
        {"id": "x", "a": 1e-131},
        {"id": "x", "a": "x" * (400 * 1024)},
        {"id": "x", "a": {1, 2}},
        {"id": "x", "expires_at": "tomorrow"},
    ],
)
async def test_what_a_table_cannot_hold_is_refused(tables: Store, item: dict[str, Value]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a backend's own words
        await tables.put(PLAIN, item)


@pytest.mark.parametrize(
    "change", [{"number": "1"}, {"number": True}, {"due_at": "now"}, {"name": 1}, {"name": ""}, {"colour": None}]
)
@pytest.mark.parametrize("sharded", [True, False])
async def test_key_attributes_are_of_the_declared_type(tables: Store, change: dict[str, Value], sharded: bool) -> None:
    """Also where the item is in no index, because it lacks the index's other attribute."""
    item: dict[str, Value] = {"id": "x", "number": 1, "due_at": 1.5, "name": "n"}
    with pytest.raises(ValueError):  # noqa: PT011
        await tables.put(SORTED, item | ({"shard": "s"} if sharded else {}) | change)


async def test_transactions_have_limits(tables: Store, key: str) -> None:
    hundred: list[Write] = [Put(PLAIN, {"id": f"{key}-{number}"}) for number in range(100)]
    await tables.transact(hundred)
    big = [Put(PLAIN, {"id": f"{key}-{number}", "a": "x" * 390_000}) for number in range(11)]
    for refused in ([*hundred, Delete(PLAIN, {"id": key})], [], [*hundred[:1], *hundred[:1]], big):
        with pytest.raises(ValueError):  # noqa: PT011
            await tables.transact(refused)


@pytest.mark.parametrize(
    "query",
    [
        Query(SORTED, "x", index="none"),
        Query(SORTED, "x", index="by-colour", low="a"),
        Query(SORTED, "x", low="a"),
        Query(SORTED, ""),
        Query(SORTED, "x" * 2049),
        Query(SORTED, "x", index="by-name", low=""),
        Query(SORTED, "x", limit=0),
        Query(SORTED, "x", limit=1001),
        Query(SORTED, "x", cursor="nonsense"),
        Query(SORTED, "x", cursor="e30="),
    ],
)
async def test_queries_that_make_no_sense_are_refused(tables: Store, query: Query) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        await tables.query(query)


async def test_bounds_the_wrong_way_round_hold_nothing(filled: Store, key: str) -> None:
    assert await filled.query(Query(SORTED, key, low=5, high=4)) == Page([])
    assert await filled.query(Query(SORTED, key, index="by-name", low="b", high="a")) == Page([])


async def test_a_cursor_belongs_to_its_query(filled: Store, key: str) -> None:
    """It comes back from users, who may mix it up, or make one."""
    first = (await filled.query(Query(SORTED, key, limit=3))).next_cursor
    by_name = (await filled.query(Query(SORTED, key, index="by-name", limit=3))).next_cursor
    foreign = [
        Query(SORTED, new_id(), cursor=first),
        Query(SORTED, key, cursor=by_name),
        Query(SORTED, key, index="by-name", cursor=first),
        Query(SORTED, key, low=5, cursor=first),
        Query(SORTED, key, high=1, cursor=first),
        Query(PLAIN, key, cursor=first),
        Query(SORTED, key, cursor=encode_cursor(Cursor(True, key, True))),
        Query(SORTED, key, index="due", cursor=encode_cursor(Cursor(1e200, key, 1))),
        Query(SORTED, key, index="by-colour", cursor=encode_cursor(Cursor("", "", 1))),
        Query(SORTED, key, index="by-colour", cursor=encode_cursor(Cursor("", key, ""))),
    ]
    for query in foreign:
        with pytest.raises(InvalidCursor):
            await filled.query(query)
    assert (await filled.query(Query(SORTED, key, high=2, cursor=first))).items == []
