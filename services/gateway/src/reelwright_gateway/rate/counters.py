"""Counters of the library `limits`: in Valkey when there is one, and in this process when it is away."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from limits.aio.storage import Storage
from limits.aio.strategies import RateLimiter as Strategy
from limits.errors import StorageError
from limits.storage import storage_from_string
from pydantic import SecretStr
from valkey.asyncio import ConnectionPool

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.logs import get_logger
from reelwright_gateway.rate.memory import OwnMemory

T = TypeVar("T")

log = get_logger(__name__)

_TRY_AGAIN_S = 5.0
"""Valkey away: how long before it is asked again. Meanwhile no request waits for it."""
_TIMEOUT_S = 1.0
"""One that takes longer to answer is as good as away."""


class Counters:
    """One strategy over both places."""

    def __init__(self, strategy: type[Strategy], valkey_url: SecretStr, clock: Clock) -> None:
        self._clock = clock
        self._own = strategy(OwnMemory())
        self._pool = _pool(valkey_url.get_secret_value())
        self._shared = _shared(strategy, valkey_url.get_secret_value(), self._pool) if self._pool is not None else None
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

    async def close(self) -> None:
        """Let go of Valkey; idempotent."""
        if self._pool is not None:
            await self._pool.disconnect()


def _pool(url: str) -> ConnectionPool | None:
    if not url:
        return None
    return ConnectionPool.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)


def _shared(strategy: type[Strategy], url: str, pool: ConnectionPool) -> Strategy:
    storage = storage_from_string(f"async+{url}", wrap_exceptions=True, connection_pool=pool)  # type: ignore[arg-type]
    return strategy(cast(Storage, storage))
