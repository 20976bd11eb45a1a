"""Steps of a trace, one within another."""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import Enum
from types import TracebackType
from typing import Final

from reelwright_chassis.errors import NotFound, Reject, Retry, Stopped
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing.names import Attributes, Kind
from reelwright_chassis.tracing.recording import Recorded, recorder

_NOTHING: Final[Attributes] = {}
_SAMPLED = 1
_LEAVING = frozenset({Kind.CLIENT, Kind.PRODUCER})


class Inherit(Enum):
    INHERIT = "inherit"


INHERIT: Final = Inherit.INHERIT
"""As a parent: the step that this code runs in."""


class Span:
    """A step that goes on. Its methods do nothing where nobody records."""

    __slots__ = ("_failed", "_recorded", "context")

    def __init__(self, context: TraceContext, recorded: Recorded | None = None) -> None:
        self.context = context
        """What events and calls that leave this step carry."""
        self._recorded = recorded
        self._failed = False

    @property
    def recorded(self) -> bool:
        """Whether anybody hears of it."""
        return self._recorded is not None

    def rename(self, name: str) -> None:
        """For a name that is known only later."""
        if self._recorded is not None:
            self._recorded.rename(name)

    def set(self, attributes: Attributes) -> None:
        if self._recorded is not None:
            self._recorded.set(attributes)

    def link(self, other: TraceContext) -> None:
        """Name a step of another trace, or beside the parent, that has to do with this one."""
        if self._recorded is not None:
            self._recorded.link(other)

    def fail(self, why: str) -> None:
        """It went wrong; `why` is a code, never a message. The first one counts."""
        if self._recorded is not None and not self._failed:
            self._failed = True
            self._recorded.fail(why)

    def end(self) -> None:
        if self._recorded is not None:
            self._recorded.end()


_NOWHERE: Final = Span(TraceContext.new())
"""For code that belongs to no step and says something of it."""
_current: ContextVar[Span | None] = ContextVar("span", default=None)


def current() -> TraceContext | None:
    """Of the step that this code runs in, if it runs in one. Tasks inherit it from where they are begun."""
    span = _current.get()
    return span.context if span is not None else None


def annotate(attributes: Attributes) -> None:
    """Tell more of the step that this code runs in."""
    span = _current.get()
    if span is not None:
        span.set(attributes)


def link(other: TraceContext) -> None:
    """Link the step that this code runs in to another one."""
    span = _current.get()
    if span is not None:
        span.link(other)


def span(
    name: str,
    kind: Kind = Kind.INTERNAL,
    *,
    parent: TraceContext | Inherit | None = INHERIT,
    links: Sequence[TraceContext] = (),
    attributes: Attributes = _NOTHING,
) -> "Step":
    """A step, for as long as the `with` block lasts; `parent` None begins a trace.

    `name` is one of few. What leaves the block fails the span, by its code (`code_of`); a stop is no failure.
    """
    above, by = current() if parent is INHERIT else parent, recorder()
    if by is None:
        return Step(Span(_hop(above, kind)))
    recorded = by.begin(name, kind, above, links, attributes)
    return Step(Span(recorded.context, recorded))


def _hop(above: TraceContext | None, kind: Kind) -> TraceContext:
    """Where a step is that nobody records: what leaves the process has a place of its own, else it is where it came."""
    if above is None:
        return TraceContext.new()
    return above.child() if kind in _LEAVING else above


def within(context: TraceContext | None) -> "Step":
    """Code in the `with` block, and tasks begun there, belong to this step, which others began and end."""
    return Step(Span(context) if context is not None else None)


class Step:
    """Makes a span the present one, and ends it. A class, for every request, call and event passes through some."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def __enter__(self) -> Span:
        self._token = _current.set(self._span)
        return self._span or _NOWHERE

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        if self._span is None or not self._span.recorded:
            return
        why = code_of(error) if error is not None else ""
        if why:
            self._span.fail(why)
        self._span.end()


def code_of(error: BaseException) -> str:
    """What a span says of an exception: a reason code, or its type.

    Nothing of one that ends what nobody wants, nor of one that is an answer: there is no such thing.
    """
    if isinstance(error, Reject | Retry):
        return error.reason_code
    if isinstance(error, Stopped | NotFound | asyncio.CancelledError | GeneratorExit):
        return ""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def exemplar() -> Mapping[str, str] | None:
    """The trace that a measurement is an example of, where that trace is kept."""
    context = current()
    if recorder() is None or context is None or not context.flags & _SAMPLED:
        return None
    return {"trace_id": context.trace_id}
