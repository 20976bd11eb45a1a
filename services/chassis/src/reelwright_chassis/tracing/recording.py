"""Who records spans: nobody, or a recorder for as long as a process lives."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing.names import Attributes, Kind


class Recorded(Protocol):
    """One span of a recorder."""

    @property
    def context(self) -> TraceContext: ...

    def rename(self, name: str) -> None: ...

    def set(self, attributes: Attributes) -> None: ...

    def link(self, other: TraceContext) -> None: ...

    def fail(self, why: str) -> None: ...

    def end(self) -> None: ...


class Recorder(Protocol):
    """Begins spans. None of its methods blocks or raises."""

    def begin(
        self, name: str, kind: Kind, parent: TraceContext | None, links: Sequence[TraceContext], attributes: Attributes
    ) -> Recorded:
        """Without a parent it begins a trace."""


_recorder: Recorder | None = None


def recorder() -> Recorder | None:
    """Of this process, if it has one."""
    return _recorder


@contextmanager
def recording(by: Recorder) -> Iterator[None]:
    """Have the spans that begin within the block recorded."""
    global _recorder  # noqa: PLW0603 - one per process, as with logs
    before, _recorder = _recorder, by
    try:
        yield
    finally:
        _recorder = before
