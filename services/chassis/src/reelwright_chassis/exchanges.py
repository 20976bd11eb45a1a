"""Exchanges with whom we pay, as the metrics tell of them: how long they took, and what came of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from reelwright_chassis import metrics
from reelwright_chassis.timing import observe
from reelwright_chassis.tracing import Attributes, Kind, Span, span


class Outcome(StrEnum):
    """What an exchange says of the provider. Few words, the same for all of them, so that one alert serves all."""

    OK = "ok"
    DECLINED = "declined"
    """This request is refused; another one may pass."""
    BUSY = "busy"
    """Later."""
    REFUSED = "refused"
    """We are: the key, a right, the balance. A person must act."""
    UNREACHABLE = "unreachable"
    """No usable answer."""


@contextmanager
def exchange(provider: str, call: str, outcome_of: Callable[[Exception], Outcome]) -> Iterator[None]:
    """Counts what the block asks of a provider; `outcome_of` reads the exception that leaves it.

    One that is cancelled counts nothing: it says nothing of the provider.
    """
    began_s = time.perf_counter()
    about: Attributes = {"reelwright.provider": provider, "reelwright.call": call}
    with span(f"{provider} {call}", Kind.CLIENT, attributes=about) as asking:
        try:
            yield
        except Exception as error:
            _count(asking, provider, call, outcome_of(error), began_s)
            raise
        _count(asking, provider, call, Outcome.OK, began_s)


def _count(asking: Span, provider: str, call: str, outcome: Outcome, began_s: float) -> None:
    seconds = time.perf_counter() - began_s
    observe(metrics.PROVIDER_SECONDS.labels(provider=provider, call=call, outcome=outcome.value), seconds)
    asking.set({"reelwright.outcome": outcome.value})


def outcome_of_status(status: int, *, quota_is_gone: bool = False) -> Outcome:
    """By an HTTP status that is no success. `quota_is_gone`: a 429 that no waiting cures."""
    if status in (401, 402, 403) or quota_is_gone:
        return Outcome.REFUSED
    if status == 429:
        return Outcome.BUSY
    return Outcome.UNREACHABLE if status == 408 or status >= 500 else Outcome.DECLINED
