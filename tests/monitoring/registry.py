"""Which series the services' code can export, by its one module of metrics."""

from functools import cache

from prometheus_client.metrics import MetricWrapperBase

from reelwright_chassis import metrics

SCRAPED = frozenset({"namespace", "service", "instance", "pod", "job"})
"""Labels that a scrape adds, in the chart's PodMonitor and in Compose."""
_SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


@cache
def series() -> dict[str, set[str]]:
    """Names of series, each with its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            for suffix in _SUFFIXES[family.type]:
                found[family.name + suffix] = {*metric._labelnames, *(["le"] if suffix == "_bucket" else [])}
    return found


def family_of(name: str) -> str:
    """The metric that a series belongs to."""
    for suffix in ("_total", "_bucket", "_sum", "_count"):
        name = name.removesuffix(suffix)
    return name
