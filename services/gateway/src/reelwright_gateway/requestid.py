"""Every request has an id: its client's, if it sent one, or a new one. It is in the answer, in logs and in problems."""

import re
from contextvars import ContextVar

from reelwright_chassis.ids import new_id

HEADER = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Of the request that is being answered; empty outside of one."""
    return _current.get()


def begin_request(given: str | None) -> str:
    """Take the client's id where it has a fitting form."""
    name = given if given and _GIVEN.fullmatch(given) else new_id()
    _current.set(name)
    return name
