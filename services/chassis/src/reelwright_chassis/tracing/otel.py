"""Spans by the OpenTelemetry SDK, sent by OTLP over HTTP. The one module that imports it.

Contexts are passed in and out as W3C's; OpenTelemetry's own notion of a current span is not used, nor any of its
instrumentations: that of aiokafka leaks tasks, and they record what we must not (addresses, exceptions' messages).
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from opentelemetry import trace as api
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, TraceFlags, TraceState
from opentelemetry.trace.status import StatusCode

from reelwright_chassis.ids import new_id
from reelwright_chassis.logs import get_logger
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing.names import Attributes, Kind, Value

log = get_logger(__name__)

_PACKAGE = "reelwright-chassis"
_FLUSH_S = 5.0
"""How long the end of a process waits for a collector that does not answer."""
_MOST_CHARS = 200
_UNKNOWN = "unknown_service"
"""What the SDK calls one that nobody named."""
_KINDS: Final[Mapping[Kind, SpanKind]] = {kind: SpanKind[kind.name] for kind in Kind}
_ON_TOPICS = frozenset({Kind.PRODUCER, Kind.CONSUMER})


@contextmanager
def exporting(service: str, *, bus: str) -> Iterator["OtelRecorder"]:
    """A recorder whose spans go where the environment says, in batches, from a thread of the SDK's own."""
    provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield OtelRecorder(provider, bus=bus)
    finally:
        _shut_down(provider)


def _resource(service: str) -> Resource:
    """What the environment adds to (`OTEL_RESOURCE_ATTRIBUTES`), and names otherwise."""
    ours = {
        "service.name": service,
        "service.namespace": "reelwright",
        "service.version": version(_PACKAGE),
        "service.instance.id": new_id(),
    }
    told = Resource.create().attributes
    return Resource.create(
        {name: text for name, text in ours.items() if str(told.get(name, _UNKNOWN)).startswith(_UNKNOWN)}
    )


def _shut_down(provider: TracerProvider) -> None:
    """The SDK waits up to half a minute for its last batch; a process that is told to end has not as long."""
    flushing = threading.Thread(target=provider.shutdown, name="last-spans", daemon=True)
    flushing.start()
    flushing.join(_FLUSH_S)
    if flushing.is_alive():
        log.warning("last_spans_lost", waited_s=_FLUSH_S)


class OtelRecorder:
    """Implements `Recorder`. `bus` is what its topics are called: kafka, or what an embedded one is made of."""

    def __init__(self, provider: TracerProvider, *, bus: str) -> None:
        self._tracer = provider.get_tracer("reelwright", version(_PACKAGE))
        self._bus = bus

    def begin(
        self, name: str, kind: Kind, parent: TraceContext | None, links: Sequence[TraceContext], attributes: Attributes
    ) -> "OtelSpan":
        # An invalid parent, and not none: that would be whatever OpenTelemetry holds to be current.
        above = _span_context(parent) if parent is not None else api.INVALID_SPAN_CONTEXT
        told: dict[str, Value] = {name: _short(value) for name, value in attributes.items()}
        if "messaging.destination.name" in attributes or kind in _ON_TOPICS:
            told["messaging.system"] = self._bus
        begun = self._tracer.start_span(
            name,
            api.set_span_in_context(api.NonRecordingSpan(above)),
            _KINDS[kind],
            told,
            [api.Link(_span_context(each)) for each in links],
            record_exception=False,
            set_status_on_exception=False,
        )
        return OtelSpan(begun)


class OtelSpan:
    """Implements `Recorded`."""

    def __init__(self, span: api.Span) -> None:
        self._span = span

    @property
    def context(self) -> TraceContext:
        own = self._span.get_span_context()
        state = own.trace_state.to_header()
        return TraceContext(f"{own.trace_id:032x}", f"{own.span_id:016x}", int(own.trace_flags), state)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def set(self, attributes: Attributes) -> None:
        self._span.set_attributes({name: _short(value) for name, value in attributes.items()})

    def link(self, other: TraceContext) -> None:
        self._span.add_link(_span_context(other))

    def fail(self, why: str) -> None:
        self._span.set_status(StatusCode.ERROR)
        self._span.set_attribute("error.type", _short(why))

    def end(self) -> None:
        self._span.end()


def _span_context(context: TraceContext) -> api.SpanContext:
    return api.SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(context.flags),
        trace_state=TraceState.from_header([context.state]) if context.state else None,
    )


def _short(value: Value) -> Value:
    return value[:_MOST_CHARS] if isinstance(value, str) else value
