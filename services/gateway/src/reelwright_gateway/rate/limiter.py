"""Limits per user and class of route, counted in Valkey when there is one, and by each replica when it is away."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_chassis.logs import get_logger
from reelwright_gateway.problems import Problem
from reelwright_gateway.settings import GatewaySettings

log = get_logger(__name__)

RouteClass = Literal["read", "write", "create", "stream"]
_TRY_AGAIN_S = 5.0
"""Valkey away: how long before it is asked again. Meanwhile a request must not wait for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands after a request."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class RateLimiter:
    """Counts every request of a known caller."""

    def __init__(self, settings: GatewaySettings, clock: Clock) -> None:
        self._limits: Mapping[RouteClass, RateLimitItem] = {
            "read": parse(settings.rate_read),
            "write": parse(settings.rate_write),
            "create": parse(settings.rate_create),
            "stream": parse(settings.rate_stream),
        }
        self._clock = clock
        self._own = _counter("async+memory://")
        url = settings.rate_valkey_url.get_secret_value()
        self._shared = _counter(f"async+{url}") if url else None
        self._away_until_s = 0.0

    async def pass_or_refuse(self, route: RouteClass, tenant_id: str, user_id: str) -> Standing:
        """Count a request. Raises `Problem`: rate_limited."""
        item, names = self._limits[route], (route, tenant_id, user_id)
        if self._shared is not None and self._clock.monotonic_s() >= self._away_until_s:
            try:
                return await self._count(self._shared, item, names)
            except StorageError as error:
                self._away_until_s = self._clock.monotonic_s() + _TRY_AGAIN_S
                metrics.RATE_LIMITS_ALONE.inc()
                log.warning("valkey_unavailable", error=type(error.storage_error).__name__)
        return await self._count(self._own, item, names)

    async def _count(
        self, counter: SlidingWindowCounterRateLimiter, item: RateLimitItem, names: tuple[str, ...]
    ) -> Standing:
        passes = await counter.hit(item, *names)
        stats = await counter.get_window_stats(item, *names)
        reset_s = max(0, math.ceil(stats.reset_time - self._clock.now_s()))
        standing = Standing(item.amount, max(0, stats.remaining), reset_s)
        if not passes:
            metrics.RATE_LIMITED.labels(route=names[0]).inc()
            headers = {**standing.headers(), "Retry-After": str(max(1, reset_s))}
            raise Problem("rate_limited", f"At most {item}.", headers=headers)
        return standing


def _counter(url: str) -> SlidingWindowCounterRateLimiter:
    storage = cast(Storage, storage_from_string(url, wrap_exceptions=True))
    return SlidingWindowCounterRateLimiter(storage)


def route_class(method: str, template: str) -> RouteClass:
    """By what a route costs us."""
    if template.endswith("/events"):
        return "stream"
    if method in ("GET", "HEAD"):
        return "read"
    return "create" if (method, template) == ("POST", "/v1/projects") else "write"
