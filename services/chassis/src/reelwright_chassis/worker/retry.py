"""What to do after a failed attempt. Nothing is done here: the plan is given the numbers and gives back a decision."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter: the n-th wait is random between 0 and `base_s` * 2^(n - 1).

    A wait is never above `cap_s`; retries end `in_place_s` after the first failure, or after `tries` of them.
    """

    base_s: float = 1.0
    cap_s: float = 20.0
    in_place_s: float = 60.0
    tries: int = 8


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """Try again here after `wait_s`; or, when `give_up`, leave it to others, who should wait that long."""

    wait_s: float
    give_up: bool


def plan_retry(
    policy: RetryPolicy, *, failures: int, elapsed_s: float, delay_s: float | None, chance: float
) -> RetryDecision:
    """`failures` so far (at least 1), `elapsed_s` since the first of them, `delay_s` the least wait that the failure
    asks for, `chance` a random number in [0, 1)."""
    ceiling_s = min(policy.cap_s, policy.base_s * 2.0 ** min(failures - 1, 32))
    # A delay that was asked for is spread as well, or the waits of many jobs that were told the same end together.
    wait_s = chance * ceiling_s if delay_s is None else delay_s + chance * min(delay_s, ceiling_s)
    if failures > policy.tries or elapsed_s + wait_s > policy.in_place_s:
        return RetryDecision(wait_s=max(wait_s, ceiling_s), give_up=True)
    return RetryDecision(wait_s=wait_s, give_up=False)
