"""Spans around gRPC calls, and the trace in their metadata."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from reelwright_chassis.trace import TraceContext, parse_trace
from reelwright_chassis.tracing.names import Attributes, Kind
from reelwright_chassis.tracing.spans import Span, current, span, within

Metadata: TypeAlias = tuple[tuple[str, str], ...]

_UNTOLD: Final = ("/grpc.", "/reelwright.rpc.v1.WorkService/Beat")
"""Probes, and what workers say every few seconds: they carry their trace on, and are no steps of it."""


def is_told(method: str) -> bool:
    """Whether the calls of a method are spans."""
    return not method.startswith(_UNTOLD)


@contextmanager
def calling(method: str) -> Iterator[Span]:
    """Around a call to somebody else. Tell its end by `tell_status`."""
    with span(method.removeprefix("/"), Kind.CLIENT, attributes=_about(method)) as begun:
        yield begun


@contextmanager
def answering(method: str, caller: TraceContext | None) -> Iterator[Span]:
    """Around the answering of a call."""
    if not is_told(method):
        with within(caller):
            yield Span(caller or TraceContext.new())
        return
    with span(method.removeprefix("/"), Kind.SERVER, parent=caller, attributes=_about(method)) as begun:
        yield begun


def tell_status(step: Span, status: str, *, failed: bool) -> None:
    """What a call ended with. A refusal fails the caller's span, and not the server's, which did what it should."""
    step.set({"rpc.response.status_code": status})
    if failed:
        step.fail(status)


def metadata_of(context: TraceContext) -> Metadata:
    """What a call carries of its trace."""
    state = (("tracestate", context.state),) if context.state else ()
    return ("traceparent", context.traceparent), *state


def untold_metadata(*, told: bool) -> Metadata | None:
    """The same for a call that nobody records: the next hop of a trace, or the first if its method is `told` at all."""
    context = current()
    if not told:
        return metadata_of(context) if context is not None else None
    return metadata_of(context.child() if context is not None else TraceContext.new())


def trace_from(call: Any) -> TraceContext | None:
    """The caller's trace, out of the metadata of a call or of its context."""
    sent = {str(key): value for key, value in call.invocation_metadata() or ()}
    return parse_trace(sent.get("traceparent"), sent.get("tracestate"))


def _about(method: str) -> Attributes:
    return {"rpc.system.name": "grpc", "rpc.method": method.removeprefix("/")}
