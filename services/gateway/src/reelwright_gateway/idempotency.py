"""`Idempotency-Key`: the director stores it with what it did; here we only see that a key is not used twice at once."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Header, Request

from reelwright_gateway.identity import identified
from reelwright_gateway.middleware import when_answered
from reelwright_gateway.problems import FieldError, Problem

_MAX_CHARS = 255


class InFlight:
    """The keys of requests that are being worked on, on this replica. Others wait for the director's transaction."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, ...]] = set()

    def enter(self, key: tuple[str, ...]) -> None:
        """Raises `Problem`: idempotency_running."""
        if key in self._keys:
            raise Problem("idempotency_running", headers={"Retry-After": "1"})
        self._keys.add(key)

    def leave(self, key: tuple[str, ...]) -> None:
        self._keys.discard(key)


SentKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any unique text, such as a UUID. The same request with the same key within 24 hours is done "
        "once and answered alike; another request with it is refused.",
        json_schema_extra={"pattern": r'^("[ -~]{1,255}"|[!#-~]([ -~]{0,253}[!-~])?)$'},
        examples=['"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
    ),
]
"""As it came: for routes that are asked so often that a dependency more is felt. Take it by `taken_key`."""


async def taken_key(request: Request, idempotency_key: SentKey = None) -> str:
    """The key, bare; empty where none was sent. Raises `Problem`: idempotency_running, request_invalid."""
    if idempotency_key is None:
        return ""
    key, caller = _bare(idempotency_key), await identified(request)
    running: InFlight = request.app.state.in_flight
    name = (caller.tenant_id, caller.user_id, request.method, request.url.path, key)
    running.enter(name)
    when_answered(request, partial(running.leave, name))
    return key


def _bare(header: str) -> str:
    """A structured-field string, or the text without quotes. Raises `Problem`: request_invalid."""
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not 0 < len(key) <= _MAX_CHARS or not (key.isascii() and key.isprintable()):
        wrong = FieldError(
            location="header", pointer="Idempotency-Key", message=f"1 to {_MAX_CHARS} printable characters"
        )
        raise Problem("request_invalid", errors=[wrong])
    return key


IdempotencyKey = Annotated[str, Depends(taken_key)]
