"""Measurements of how long things take, each with the trace that it is an example of, where that is kept."""

import time

from prometheus_client import Histogram

from reelwright_chassis.tracing import exemplar


def observe(histogram: Histogram, seconds: float) -> None:
    """An exemplar is shown to who asks for OpenMetrics, as Prometheus does."""
    example = exemplar()
    histogram.observe(seconds, dict(example) if example is not None else None)


class timed:  # noqa: N801 - used as `with timed(...):`, as contextlib's own
    """Observe how long the block takes, whatever comes of it. A class, for every reading and writing passes here."""

    __slots__ = ("_began_s", "_histogram")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram

    def __enter__(self) -> None:
        self._began_s = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        observe(self._histogram, time.perf_counter() - self._began_s)
