"""The arithmetic of KEDA and of the HPA, by examples that were worked out by hand after their sources."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.simulate.scaler import SYNC_S, Scaler, Scaling, lag_metric, wish

SCALING = Scaling(lag_threshold=1, least=0, most=60, polling_s=15, cooldown_s=300, window_s=600)


@pytest.mark.parametrize(
    ("lags", "threshold", "metric"),
    [
        ([3, 0, 2], 1, 2),  # 5 records, but only two partitions have any
        ([3, 0, 2], 8, 5),
        ([0, 0], 1, 0),
        ([100], 10, 10),  # ten pods' worth in one partition are one pod's
        ([20, 1], 10, 21),  # 21 / 10 is 2 by whole numbers, which two partitions bear
        ([30, 5], 10, 20),
    ],
)
def test_no_more_pods_worth_of_lag_than_partitions_that_have_some(lags: list[int], threshold: int, metric: int) -> None:
    assert lag_metric(lags, threshold) == metric


@pytest.mark.parametrize(
    ("metric", "threshold", "replicas", "wished"),
    [(0, 1, 3, 0), (10, 1, 3, 10), (10, 8, 1, 2), (21, 2, 10, 10), (22, 2, 10, 11), (23, 2, 10, 12), (19, 2, 10, 10)],
)
def test_a_wish_rounds_up_and_a_tenth_more_or_less_changes_nothing(
    metric: int, threshold: int, replicas: int, wished: int
) -> None:
    assert wish(metric, threshold, replicas) == wished


def looks(scaler: Scaler, replicas: int, lag: int, times: int, from_s: float = 0.0) -> list[int]:
    """The numbers of pods after so many looks at the same lag, spread over 120 partitions."""
    found = []
    for place in range(times):
        lags = [lag // 120 + (each < lag % 120) for each in range(120)]
        replicas = scaler.look(from_s + place * SYNC_S, lags, replicas)
        found.append(replicas)
    return found


def test_from_nothing_to_one_and_then_by_four_or_twice_as_many() -> None:
    assert looks(Scaler(SCALING), 0, 1000, 7) == [1, 5, 10, 20, 40, 60, 60]


def test_a_first_record_wakes_one_pod_and_no_more() -> None:
    assert looks(Scaler(SCALING), 0, 1, 4) == [1, 1, 1, 1]


def test_pods_stay_as_long_as_a_wish_within_the_window_was_for_them_and_go_one_a_minute() -> None:
    scaler = Scaler(replace(SCALING, cooldown_s=10_000))
    looks(scaler, 10, 10, 1)
    after = looks(scaler, 10, 2, 80, from_s=SYNC_S)
    kept = after.index(9)
    assert (kept + 1) * SYNC_S > SCALING.window_s
    assert after[kept : kept + 9] == [9, 9, 9, 9, 8, 8, 8, 8, 7]
    assert after[-1] == 2


def test_without_work_all_pods_go_at_the_cooldown_whatever_the_window() -> None:
    scaler = Scaler(SCALING)
    looks(scaler, 5, 5, 1)
    after = looks(scaler, 5, 0, 30, from_s=SYNC_S)
    assert after.index(0) * SYNC_S + SYNC_S == SCALING.cooldown_s


def test_one_that_always_stays_is_never_taken() -> None:
    scaler = Scaler(replace(SCALING, least=1))
    assert looks(scaler, 1, 0, 100)[-1] == 1


@given(st.lists(st.integers(0, 300), min_size=1, max_size=200), st.integers(0, 5), st.integers(5, 60))
def test_between_the_bounds_whatever_comes(lags: list[int], least: int, most: int) -> None:
    scaler = Scaler(replace(SCALING, least=least, most=most))
    replicas = least
    for place, lag in enumerate(lags):
        before, replicas = replicas, looks(scaler, replicas, lag, 1, from_s=place * SYNC_S)[0]
        assert least <= replicas <= most
        assert replicas <= max(before + 4, 2 * before)
        assert replicas >= before - 1 or replicas == 0
