"""What every request gets: an id, a line in the log, a place in the metrics, safe headers, and an answer."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwright_chassis import metrics
from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.logs import about, get_logger
from reelwright_gateway.problems import Problem, problem_of, response_of
from reelwright_gateway.rate.limiter import Standing
from reelwright_gateway.requestid import HEADER, begin_request

log = get_logger(__name__)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), text.encode()) for name, text in headers.items()]


_SAFE_HEADERS = _raw(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-site",
        "Strict-Transport-Security": "max-age=31536000",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
)
"""Browsers heed Strict-Transport-Security over TLS alone."""
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


class Frame:
    """The outermost layer. Nothing that a route raises gets past it, so no server logs it with anybody's words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = begin_request(Headers(scope=scope).get(HEADER))
        with about(http_request=name):
            await _Answering(self._app, scope, receive, send, name).run()


class _Answering:
    """One request on its way through."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, name: str) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._name = name
        self._status = 0

    async def run(self) -> None:
        begun_s = time.perf_counter()
        try:
            await self._app(self._scope, self._receive, self._sending)
        except (Problem, ReelwrightError) as error:
            await self._fail(error if isinstance(error, Problem) else problem_of(error))
        except Exception:
            log.exception("request_failed")
            await self._fail(Problem("internal"))
        finally:
            self._note(time.perf_counter() - begun_s)

    async def _sending(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message["headers"], *self._missing(message["headers"])]
        await self._send(message)

    def _missing(self, given: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        """The headers that every answer has, where the route did not set them otherwise."""
        names = {name for name, _ in given}
        yield from (header for header in _SAFE_HEADERS if header[0] not in names)
        yield HEADER.lower().encode(), self._name.encode()
        rate: Standing | None = self._scope.get("state", {}).get("rate")
        if rate is not None and not any(name.startswith(b"ratelimit-") for name in names):
            yield from _raw(rate.headers())

    async def _fail(self, problem: Problem) -> None:
        """Once an answer has begun, all that is left is to break it off."""
        if not self._status:
            await response_of(problem)(self._scope, self._receive, self._sending)

    def _note(self, spent_s: float) -> None:
        route = _route(self._scope)
        if route in _QUIET:
            return
        if not self._scope.get("state", {}).get("streams"):
            metrics.HTTP_SECONDS.labels(self._scope["method"], route, str(self._status)).observe(spent_s)
        log.info(
            "request",
            method=self._scope["method"],
            route=route,
            status=self._status,
            seconds=round(spent_s, 4),
        )


def _route(scope: Any) -> str:
    """The route's template, never the path itself: that may hold a link's secret."""
    return str(getattr(scope.get("route"), "path", "unknown"))
