"""Reading a request's body by hand, because the vendor's refusals have texts of their own.

Only what is asked for is looked at: unknown and misplaced fields are ignored, as the live service does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reelwright_kling_sim.errors import Code, KlingError, invalid

Body = Mapping[str, Any]


def section(body: Body, name: str) -> Body:
    """The object under `name`; an empty one when it is absent."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(name, value)
    return value


def text(body: Body, name: str, *, limit: int, required: bool = False) -> str:
    """The words under `name`, at most `limit` characters; '' when absent."""
    value = body.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        if required:
            raise KlingError(Code.BAD_PARAMETER, f"{name} is required")
        return ""
    if not isinstance(value, str):
        raise invalid(name, value)
    if len(value) > limit:
        raise KlingError(Code.BAD_PARAMETER, f"{name} length cannot exceed {limit}")
    return value


def word(body: Body, name: str, allowed: Collection[str], default: str, *, prefix: str = "") -> str:
    """One of the allowed words; `prefix` is the path that a refusal shows before the name."""
    value = body.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise invalid(prefix + name, value)
    return value


def whole(body: Body, name: str, allowed: Collection[int], default: int, *, prefix: str = "") -> int:
    """One of the allowed whole numbers, as a JSON number."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise invalid(prefix + name, value)
    return value


def whole_in_text(body: Body, name: str, allowed: Collection[int], default: int) -> int:
    """One of the allowed whole numbers, written as a string as the legacy dialect wants it."""
    value = body.get(name, str(default))
    if not isinstance(value, str) or not value.isdecimal() or int(value) not in allowed:
        raise invalid(name, value)
    return int(value)


def share(body: Body, name: str) -> None:
    """Check an optional number between 0 and 1."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise invalid(name, value)


def flag(body: Body, name: str, *, default: bool = False, prefix: str = "") -> bool:
    """An optional boolean."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise invalid(prefix + name, value)
    return value


def optional_text(body: Body, name: str, *, limit: int = 2048) -> str | None:
    """A short string such as a URL or an id; None when absent or empty."""
    return text(body, name, limit=limit) or None
