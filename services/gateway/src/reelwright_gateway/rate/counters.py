"""Counters of the library `limits`: in Valkey when there is one, and in this process when it is away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from limits.aio.storage import Storage
from limits.aio.strategies import RateLimiter as Strategy
from limits.errors import StorageError
from limits.storage import storage_from_string
from pydantic import SecretStr

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.logs import get_logger

T = TypeVar("T")

log = get_logger(__name__)

_TRY_AGAIN_S = 5.0
"""Valkey away: how long before it is asked again. Meanwhile no request waits for it."""


class Counters:
    """One strategy over both places."""

    def __init__(self, strategy: type[Strategy], valkey_url: SecretStr, clock: Clock) -> None:
        self._clock = clock
        self._own = _open(strategy, "async+memory://")
        url = valkey_url.get_secret_value()
        self._shared = _open(strategy, f"async+{url}") if url else None
        self._away_until_s = 0.0

    async def ask(self, question: Callable[[Strategy], Awaitable[T]]) -> T:
        """The answer of the shared counter, or of this process's own."""
        if self._shared is not None and self._clock.monotonic_s() >= self._away_until_s:
            try:
                return await question(self._shared)
            except StorageError as error:
                self._away_until_s = self._clock.monotonic_s() + _TRY_AGAIN_S
                metrics.RATE_LIMITS_ALONE.inc()
                log.warning("valkey_unavailable", error=type(error.storage_error).__name__)
        return await question(self._own)


def _open(strategy: type[Strategy], url: str) -> Strategy:
    return strategy(cast(Storage, storage_from_string(url, wrap_exceptions=True)))
