"""The dispatch window: never above it, never idle below it, and tenants take turns."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reelwright_director.dispatch import Waiting, choose

_ENTRIES = st.lists(
    st.builds(
        Waiting,
        request_id=st.uuids().map(str),
        project_id=st.just("p"),
        tenant_id=st.sampled_from("abc"),
        since_s=st.floats(0, 100),
        asked=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda entry: entry.request_id,
)


def waiting(tenant: str, count: int, *, asked: bool = False) -> list[Waiting]:
    return [Waiting(f"{tenant}{n}{asked}", "p", tenant, float(n), asked) for n in range(count)]


@given(_ENTRIES, st.integers(0, 12))
def test_the_window_is_filled_and_never_exceeded(book: list[Waiting], window: int) -> None:
    chosen = choose(book, window)
    asked = sum(entry.asked for entry in book)
    assert len(chosen) == min(max(0, window - asked), len(book) - asked)
    assert len(set(chosen)) == len(chosen)
    assert not any(entry.asked for entry in chosen)


@given(_ENTRIES, st.integers(0, 12))
def test_nobody_has_two_more_than_one_who_waits(book: list[Waiting], window: int) -> None:
    chosen = choose(book, window)
    before = Counter(entry.tenant_id for entry in book if entry.asked)
    has = before + Counter(entry.tenant_id for entry in chosen)
    left = {entry.tenant_id for entry in book if not entry.asked and entry not in chosen}
    for tenant in left:
        assert all(has[entry.tenant_id] <= has[tenant] + 1 for entry in chosen)


def test_a_small_tenant_is_not_kept_out_by_a_large_one() -> None:
    chosen = choose([*waiting("large", 100), *waiting("small", 1)], 4)
    assert "small" in {entry.tenant_id for entry in chosen}


def test_the_oldest_of_a_tenant_comes_first() -> None:
    assert [entry.since_s for entry in choose(waiting("a", 5), 3)] == [0.0, 1.0, 2.0]
