"""A recorder that keeps what it was told, for tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import Attributes, Kind, recording


@dataclass
class KeptSpan:
    """Implements `Recorded`."""

    name: str
    kind: Kind
    context: TraceContext
    parent: TraceContext | None
    links: list[TraceContext]
    attributes: dict[str, str | int | float | bool]
    failed: str = ""
    ended: bool = False

    def rename(self, name: str) -> None:
        self.name = name

    def set(self, attributes: Attributes) -> None:
        self.attributes |= _plain(attributes)

    def link(self, other: TraceContext) -> None:
        self.links.append(other)

    def fail(self, why: str) -> None:
        self.failed = why

    def end(self) -> None:
        if self.ended:
            raise AssertionError(f"{self.name} ended twice")
        self.ended = True


@dataclass
class KeptSpans:
    """Implements `Recorder`."""

    spans: list[KeptSpan] = field(default_factory=list)

    def begin(
        self, name: str, kind: Kind, parent: TraceContext | None, links: Sequence[TraceContext], attributes: Attributes
    ) -> KeptSpan:
        context = parent.child() if parent is not None else TraceContext.new()
        begun = KeptSpan(name, kind, context, parent, list(links), _plain(attributes))
        self.spans.append(begun)
        return begun

    def named(self, name: str) -> KeptSpan:
        """The one of that name."""
        (found,) = [each for each in self.spans if each.name == name]
        return found


@contextmanager
def kept_spans() -> Iterator[KeptSpans]:
    """What is recorded within the block."""
    kept = KeptSpans()
    with recording(kept):
        yield kept


def _plain(attributes: Attributes) -> dict[str, str | int | float | bool]:
    return {str(name): value for name, value in attributes.items()}
