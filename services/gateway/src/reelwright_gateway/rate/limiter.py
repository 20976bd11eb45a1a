"""Limits per user and class of route."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from limits import RateLimitItem, parse
from limits.aio.strategies import RateLimiter as Strategy
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock
from reelwright_gateway.problems import Problem
from reelwright_gateway.rate.counters import Counters
from reelwright_gateway.settings import GatewaySettings

RouteClass = Literal["read", "write", "create", "stream"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands after a request."""

    passes: bool
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
        self._counters = Counters(SlidingWindowCounterRateLimiter, settings.rate_valkey_url, clock)

    async def pass_or_refuse(self, route: RouteClass, tenant_id: str, user_id: str) -> Standing:
        """Count a request. Raises `Problem`: rate_limited."""
        item = self._limits[route]
        standing = await self._counters.ask(lambda counter: self._count(counter, item, (route, tenant_id, user_id)))
        if not standing.passes:
            metrics.RATE_LIMITED.labels(route=route).inc()
            headers = {**standing.headers(), "Retry-After": str(max(1, standing.reset_s))}
            raise Problem("rate_limited", f"At most {item}.", headers=headers)
        return standing

    async def close(self) -> None:
        await self._counters.close()

    async def _count(self, counter: Strategy, item: RateLimitItem, names: tuple[str, ...]) -> Standing:
        passes = await counter.hit(item, *names)
        stats = await counter.get_window_stats(item, *names)
        reset_s = max(0, math.ceil(stats.reset_time - self._clock.now_s()))
        return Standing(passes, item.amount, max(0, stats.remaining), reset_s)


_CREATING = frozenset({("POST", "/v1/projects"), ("POST", "/v1/projects/{project_id}/copy")})


def route_class(method: str, template: str) -> RouteClass:
    """By what a route costs us."""
    if template.endswith("/events"):
        return "stream"
    if method in ("GET", "HEAD"):
        return "read"
    return "create" if (method, template) in _CREATING else "write"
