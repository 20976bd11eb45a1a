"""Exchanges with providers are counted once, by what came of them."""

import pytest
from prometheus_client import REGISTRY

from reelwright_chassis.exchanges import Outcome, exchange, outcome_of_status


def counted(outcome: str) -> float:
    labels = {"provider": "test", "call": "ask", "outcome": outcome}
    return REGISTRY.get_sample_value("reelwright_provider_call_duration_seconds_count", labels) or 0.0


def busy(_: Exception) -> Outcome:
    return Outcome.BUSY


def test_an_answer_is_counted_as_ok() -> None:
    had = counted("ok")
    with exchange("test", "ask", busy):
        pass
    assert counted("ok") == had + 1


def test_an_error_is_counted_by_its_meaning_and_passed_on() -> None:
    had, had_ok = counted("busy"), counted("ok")
    with pytest.raises(ZeroDivisionError), exchange("test", "ask", busy):
        raise ZeroDivisionError
    assert (counted("busy"), counted("ok")) == (had + 1, had_ok)


def test_one_that_was_cancelled_says_nothing() -> None:
    had = [counted(outcome) for outcome in Outcome]
    with pytest.raises(KeyboardInterrupt), exchange("test", "ask", busy):
        raise KeyboardInterrupt
    assert [counted(outcome) for outcome in Outcome] == had


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "declined"), (401, "refused"), (403, "refused"), (408, "unreachable"), (429, "busy"), (503, "unreachable")],
)
def test_a_status_says_whose_turn_it_is(status: int, outcome: str) -> None:
    assert outcome_of_status(status) == outcome


def test_a_used_up_quota_is_no_rate_limit() -> None:
    assert outcome_of_status(429, quota_is_gone=True) is Outcome.REFUSED
