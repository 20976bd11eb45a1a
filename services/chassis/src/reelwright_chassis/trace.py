"""W3C Trace Context as plain strings: https://www.w3.org/TR/trace-context/ (level 1)."""

import random
import re
from dataclasses import dataclass, replace
from typing import Self

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_TRACESTATE_BYTES = 512


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Which trace this is part of: `trace_id` has 32 hex digits, `span_id` (of the sender's step) 16."""

    trace_id: str
    span_id: str
    flags: int = 1
    state: str = ""

    @classmethod
    def new(cls) -> Self:
        """A new trace, sampled."""
        return cls(_random_id(16), _random_id(8))

    def child(self) -> "TraceContext":
        """The next hop: the same trace, a span of its own."""
        return replace(self, span_id=_random_id(8))

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def parse_trace(traceparent: str | None, tracestate: str | None = None) -> TraceContext | None:
    """The context that the two headers carry; None when `traceparent` is missing or not valid."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceContext(trace_id, span_id, int(flags, 16), _checked_state(tracestate or ""))


def _checked_state(tracestate: str) -> str:
    """The vendors' part, passed on as it is; one that is too long or not printable ASCII is dropped, as allowed."""
    fits = len(tracestate) <= _TRACESTATE_BYTES and tracestate.isascii() and tracestate.isprintable()
    return tracestate if fits else ""


def _random_id(size_bytes: int) -> str:
    """Random, as the standard asks, and no secret; all zeros is no valid id."""
    return f"{random.getrandbits(8 * size_bytes) or 1:0{2 * size_bytes}x}"
