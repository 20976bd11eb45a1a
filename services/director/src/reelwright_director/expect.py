"""What must hold by our own rules. When it does not, the fault is ours, and the project stops as `internal`."""

from typing import TypeVar

T = TypeVar("T")


class Broken(Exception):
    """Stored state contradicts the director's own rules."""


def present(value: T | None) -> T:
    """The value, which cannot be None here."""
    if value is None:
        raise Broken("something is missing that must be there")
    return value


def typed(kind: type[T], value: object) -> T:
    """The value, which cannot be of another type here."""
    if not isinstance(value, kind):
        raise Broken(f"a {type(value).__name__} where a {kind.__name__} must be")
    return value


def number(value: object) -> float:
    """A stored number as a float."""
    return float(value) if isinstance(value, int) else typed(float, value)
