"""docs/metrics.md: every metric, out of the module that declares them."""

from prometheus_client.metrics import MetricWrapperBase

from reelwright_chassis import metrics

_HEAD = """# Metrics

Generated from `services/chassis/src/reelwright_chassis/metrics.py` by `make docs`. A scrape adds the labels `service`,
`namespace` and `instance`. A histogram has `_bucket`, `_sum` and `_count`. [monitoring.md](monitoring.md) says what is
made of them.

| metric | kind | labels | |
|---|---|---|---|
"""


def page() -> str:
    declared = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    return _HEAD + "".join(_row(metric) for metric in declared)


def _row(metric: MetricWrapperBase) -> str:
    (family,) = metric.describe()
    labels = ", ".join(f"`{name}`" for name in metric._labelnames)
    name = family.name + ("_total" if family.type == "counter" else "")
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} |\n"
