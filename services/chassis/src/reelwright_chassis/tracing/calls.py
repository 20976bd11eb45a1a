"""Spans around gRPC calls, and the trace in their metadata."""

from typing import Any, Final, TypeAlias

from reelwright_chassis.trace import TraceContext, parse_trace
from reelwright_chassis.tracing.names import Attributes, Kind
from reelwright_chassis.tracing.recording import recorder
from reelwright_chassis.tracing.spans import Span, Step, current, span, within

Metadata: TypeAlias = tuple[tuple[str, str], ...]

_UNTOLD: Final = ("/grpc.", "/reelwright.rpc.v1.WorkService/Beat")
"""Probes, and what workers say every few seconds: they carry their trace on, and are no steps of it."""
_ASKING: Final = ("Get", "List", "Identify", "Show")


def is_told(method: str) -> bool:
    """Whether the calls of a method are spans."""
    return not method.startswith(_UNTOLD)


def is_command(method: str) -> bool:
    """Whether something may follow from a call."""
    return is_told(method) and not method.rpartition("/")[2].startswith(_ASKING)


def calling(method: str) -> Step:
    """Around a call to somebody else. Tell its end by `tell_status`."""
    return span(method.removeprefix("/"), Kind.CLIENT, attributes=_about(method))


def answering(method: str, caller: TraceContext | None) -> Step:
    """Around the answering of a call."""
    if recorder() is None or not is_told(method):
        return within(caller)
    return span(method.removeprefix("/"), Kind.SERVER, parent=caller, attributes=_about(method))


def tell_status(step: Span, status: str, *, failed: bool) -> None:
    """What a call ended with. A refusal fails the caller's span, and not the server's, which did what it should."""
    step.set({"rpc.response.status_code": status})
    if failed:
        step.fail(status)


def metadata_of(context: TraceContext) -> Metadata:
    """What a call carries of its trace."""
    state = (("tracestate", context.state),) if context.state else ()
    return ("traceparent", context.traceparent), *state


def untold_metadata(*, is_command: bool) -> Metadata | None:
    """The same for a call that is no span. Where nobody records, a question carries none: nothing follows from it."""
    context = current()
    if is_command:
        return metadata_of(context.child() if context is not None else TraceContext.new())
    return metadata_of(context) if context is not None and recorder() is not None else None


def trace_from(call: Any) -> TraceContext | None:
    """The caller's trace, out of the metadata of a call or of its context."""
    traceparent = tracestate = None
    for name, value in call.invocation_metadata() or ():
        if name == "traceparent":
            traceparent = value
        elif name == "tracestate":
            tracestate = value
    return parse_trace(traceparent, tracestate)


def _about(method: str) -> Attributes:
    return {"rpc.system.name": "grpc", "rpc.method": method.removeprefix("/")}
