"""What a dashboard is said to be: rows of panels, each with its queries.

In a query, `NS` stands for the matcher of the installation that is chosen at the dashboard's top.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

NAMESPACE = 'namespace=~"$namespace"'


class Kind(Enum):
    """How a panel shows its series."""

    STAT = "stat"
    LINES = "lines"
    BARS = "bars"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Query:
    expression: str
    legend: str = ""

    @property
    def promql(self) -> str:
        """As Grafana sends it, but for its own variables ($namespace, $__rate_interval)."""
        return self.expression.replace("NS", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Panel:
    """`description` says what is seen, and what it means where it is bad. Sizes are in Grafana's grid of 24 columns.

    `alarm`: red above that value; `floor`: red below it. A stat and its bars show them.
    """

    title: str
    description: str
    queries: Sequence[Query]
    unit: str = "short"
    kind: Kind = Kind.LINES
    alarm: float | None = None
    floor: float | None = None
    stacked: bool = False
    width: int = 8
    height: int = 7


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Board:
    """`name` is its file's, and part of the uid that links and bookmarks hold."""

    name: str
    title: str
    description: str
    rows: Sequence[Row]

    def panels(self) -> Iterator[Panel]:
        for row in self.rows:
            yield from row.panels


def quantiles(
    metric: str, by: str = "", matchers: str = "", legend: str = "", window: str = "$__rate_interval"
) -> list[Query]:
    """The median and the 95th percentile of a histogram, over the labels `by`."""
    labels = ", ".join(filter(None, ("le", by)))
    inside = ",".join(filter(None, ("NS", matchers)))
    rates = f"sum by ({labels}) (rate({metric}_bucket{{{inside}}}[{window}]))"
    return [
        Query(f"histogram_quantile({quantile}, {rates})", f"{legend} {name}".strip())
        for quantile, name in ((0.5, "median"), (0.95, "95 %"))
    ]


def upper(metric: str, by: str, matchers: str = "", window: str = "$__rate_interval") -> Query:
    """The 95th percentile of a histogram, one line for each value of the labels `by`."""
    inside = ",".join(filter(None, ("NS", matchers)))
    legend = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(","))
    return Query(f"histogram_quantile(0.95, sum by (le, {by}) (rate({metric}_bucket{{{inside}}}[{window}])))", legend)
