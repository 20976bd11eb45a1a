"""Dealing out work: everything once, neighbours together, nobody idle while another has work left."""

from hypothesis import given
from hypothesis import strategies as st

from reelwright_renderer.schedule import Schedule

costs = st.lists(st.floats(0, 200, allow_nan=False), max_size=40)


@given(costs, st.integers(1, 8), st.lists(st.integers(0, 7), min_size=1))
def test_every_item_is_taken_once_whoever_asks(costs: list[float], lanes: int, asking: list[int]) -> None:
    schedule = Schedule(range(len(costs)), costs, lanes)
    taken = []
    for turn in range(2 * len(costs) + 1):
        item = schedule.take(asking[turn % len(asking)] % lanes)
        if item is None:
            break
        taken.append(item)
    assert sorted(taken) == list(range(len(costs)))


def test_each_lane_takes_a_run_of_neighbours_of_about_equal_cost() -> None:
    schedule = Schedule("abcdef", [1, 1, 1, 1, 1, 1], 2)
    assert [schedule.take(lane) for lane in (0, 1, 0, 1, 0, 1)] == ["a", "d", "b", "e", "c", "f"]


def test_a_lane_that_is_done_helps_from_the_far_end_of_the_richest() -> None:
    schedule = Schedule("abcdef", [1, 1, 1, 1, 1, 1], 2)
    assert [schedule.take(0) for _ in range(4)] == ["a", "b", "c", "f"]
    assert schedule.take(1) == "d"


def test_nothing_to_do_is_nothing_to_take() -> None:
    assert Schedule([], [], 3).take(1) is None
