"""What an expression asks for: its metrics, and the labels that it picks them by."""

from collections.abc import Iterator
from typing import Any

import promql_parser


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Metrics by name, each with the labels of its matchers. Raises ValueError for what is no PromQL."""
    for node in _walk(promql_parser.parse(expression)):
        if isinstance(node, promql_parser.VectorSelector):
            yield str(node.name), {matcher.name for matcher in node.matchers.matchers}


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        inner = getattr(node, name, None)
        if inner is not None:
            yield from _walk(inner)
    for argument in getattr(node, "args", ()):
        yield from _walk(argument)
