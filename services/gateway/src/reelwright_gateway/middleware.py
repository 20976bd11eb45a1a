"""What every request gets: an id, a line in the log, a place in the metrics, safe headers, and an answer."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwright_chassis import metrics
from reelwright_chassis.errors import ReelwrightError
from reelwright_chassis.logs import about, get_logger
from reelwright_chassis.timing import observe
from reelwright_chassis.trace import parse_trace
from reelwright_chassis.tracing import Kind, Span, Step, span, within
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
_HELD = "held"


def when_answered(request: Request, release: Callable[[], None]) -> None:
    """Have what a dependency took given back when the request is over, however it ends.

    A dependency that yields would do the same, for a tenth of the time of a plain request.
    """
    request.scope.setdefault("state", {}).setdefault(_HELD, []).append(release)


class Frame:
    """The outermost layer. Nothing that a route raises gets past it, so no server logs it with anybody's words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = begin_request(headers.get(HEADER))
        with about(http_request=name), _step(scope["path"], headers) as step:
            await _Answering(self._app, scope, receive, send, name=name, step=step).run()


def _step(path: str, headers: Headers) -> Step:
    """The request as a step of its caller's trace, or of a new one; nothing for a probe."""
    caller = parse_trace(headers.get("traceparent"), headers.get("tracestate"))
    return within(caller) if path in _QUIET else span("HTTP", Kind.SERVER, parent=caller)


class _Answering:
    """One request on its way through."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, name: str, step: Span) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._name = name
        self._step = step
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
            self._release()
            self._note(time.perf_counter() - begun_s)

    def _release(self) -> None:
        for release in self._scope.get("state", {}).get(_HELD, ()):
            release()

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
        method, route = _method(self._scope), _route(self._scope)
        if route in _QUIET:
            return
        if not self._scope.get("state", {}).get("streams"):
            observe(_seconds(method, route, self._status), spent_s)
        self._tell_step(method, route)
        log.info(
            "request",
            method=method,
            route=route,
            status=self._status,
            seconds=round(spent_s, 4),
        )

    def _tell_step(self, method: str, route: str) -> None:
        self._step.rename(f"{method} {route}")
        self._step.set({"http.request.method": method, "http.route": route, "http.response.status_code": self._status})
        if self._status >= 500 or not self._status:
            self._step.fail(str(self._status))


@cache
def _seconds(method: str, route: str, status: int) -> Histogram:
    return metrics.HTTP_SECONDS.labels(method, route, str(status))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _method(scope: Scope) -> str:
    """One of those that there are: a client may send any word."""
    return str(scope["method"]) if scope["method"] in _METHODS else "_OTHER"


def _route(scope: Any) -> str:
    """The route's template, never the path itself: that may hold a link's secret."""
    return str(getattr(scope.get("route"), "path", "unknown"))
