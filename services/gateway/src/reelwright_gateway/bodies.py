"""No body is longer than it may be, whether it says so before or only turns out to be."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwright_gateway.problems import Problem, response_of

_COUNTED_BY_ITS_ROUTE = re.compile(r"/v1/projects/[^/]+/(audio|scenes/[^/]+/picture)|/upload-parts/[^/]+")


class BodyLimit:
    """Refuses longer bodies with a problem. What is uploaded has a limit of its own, held where it is taken in."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _COUNTED_BY_ITS_ROUTE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await response_of(self._problem())(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max_bytes:
                raise self._problem()
            return message

        return counted

    def _problem(self) -> Problem:
        return Problem("body_too_large", f"A body has at most {self._max_bytes // 1_000} kB here.")
