"""Measurements of how long things take, each with the trace that it is an example of, where that is kept."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

from reelwright_chassis.tracing import exemplar


def observe(histogram: Histogram, seconds: float) -> None:
    """An exemplar is shown to who asks for OpenMetrics, as Prometheus does."""
    example = exemplar()
    histogram.observe(seconds, dict(example) if example is not None else None)


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Observe how long the block takes, whatever comes of it."""
    began_s = time.perf_counter()
    try:
        yield
    finally:
        observe(histogram, time.perf_counter() - began_s)
