"""The retry plan: jittered, growing, bounded."""

from hypothesis import given
from hypothesis import strategies as st

from reelwright_chassis.worker.dead_letters import RateLimit
from reelwright_chassis.worker.retry import RetryDecision, RetryPolicy, plan_retry

POLICY = RetryPolicy(base_s=1.0, cap_s=20.0, in_place_s=60.0, tries=8)


@given(
    st.integers(1, 10_000),
    st.floats(0, 1e6),
    st.none() | st.floats(0, 1e5),
    st.floats(0, 1, exclude_max=True),
)
def test_no_wait_goes_past_the_bounds(failures: int, elapsed_s: float, delay_s: float | None, chance: float) -> None:
    decision = plan_retry(POLICY, failures=failures, elapsed_s=elapsed_s, delay_s=delay_s, chance=chance)
    assert decision.wait_s >= (delay_s or 0.0)
    if decision.give_up:
        assert failures > POLICY.tries or elapsed_s + decision.wait_s > POLICY.in_place_s
        assert decision.wait_s >= min(POLICY.cap_s, 1.0)
    else:
        assert elapsed_s + decision.wait_s <= POLICY.in_place_s
        assert decision.wait_s <= 2 * max(POLICY.cap_s, delay_s or 0.0)


def test_waits_double_up_to_the_cap() -> None:
    waits = [plan_retry(POLICY, failures=n, elapsed_s=0, delay_s=None, chance=0.5).wait_s for n in range(1, 9)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_a_delay_that_fits_is_waited_for_here() -> None:
    assert plan_retry(POLICY, failures=1, elapsed_s=0, delay_s=30, chance=0.5) == RetryDecision(30.5, give_up=False)


def test_a_longer_delay_is_left_to_others_who_wait_that_long() -> None:
    assert plan_retry(POLICY, failures=1, elapsed_s=0, delay_s=90, chance=0.0) == RetryDecision(90.0, give_up=True)


def test_the_tries_end() -> None:
    assert plan_retry(POLICY, failures=9, elapsed_s=0, delay_s=None, chance=0.0) == RetryDecision(20.0, give_up=True)


@given(st.lists(st.floats(0, 10), max_size=50))
def test_a_rate_limit_lets_no_more_through_in_any_window(gaps: list[float]) -> None:
    limit, now_s, passed = RateLimit(3, 10.0), 0.0, list[float]()
    for gap_s in gaps:
        now_s += gap_s
        allowed = limit.allow(now_s)
        recent = [at for at in passed if at > now_s - 10.0]
        assert allowed == (len(recent) < 3)
        passed += [now_s] if allowed else []
