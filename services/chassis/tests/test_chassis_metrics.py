"""The names of the metrics are declared in one place, and follow one rule."""

import re

from prometheus_client.metrics import MetricWrapperBase

from reelwright_chassis import metrics


def test_names_say_noun_and_unit() -> None:
    declared = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    assert len(declared) > 10
    for metric in declared:
        (family,) = metric.describe()
        assert re.fullmatch(r"reelwright(_[a-z]+)+", family.name)
        assert family.documentation.endswith(".")
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_bytes", "_ratio"))
