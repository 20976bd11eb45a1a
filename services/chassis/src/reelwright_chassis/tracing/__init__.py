"""Traces: which steps a request took, in which process, and how long each of them lasted.

The rest of Reelwright knows `span` and what stands beside it here. OpenTelemetry is imported by `tracing.otel` alone,
and only where an endpoint is set; without one a step still has its place in its trace, which events, calls and logs
carry on.
"""

from reelwright_chassis.tracing.names import Attributes, Kind
from reelwright_chassis.tracing.recording import Recorder, recording
from reelwright_chassis.tracing.spans import (
    INHERIT,
    Span,
    Step,
    annotate,
    code_of,
    current,
    exemplar,
    link,
    span,
    within,
)

__all__ = [
    "INHERIT",
    "Attributes",
    "Kind",
    "Recorder",
    "Span",
    "Step",
    "annotate",
    "code_of",
    "current",
    "exemplar",
    "link",
    "recording",
    "span",
    "within",
]
