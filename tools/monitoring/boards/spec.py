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


def each_second(metric: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    """How fast a counter grows, one line for each value of the labels `by`. `where`: more matchers."""
    return _per(1, metric, by, where, legend)


def each_minute(metric: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    return _per(60, metric, by, where, legend)


def each_hour(metric: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    return _per(3600, metric, by, where, legend)


def latest(metric: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    """A gauge of all processes together."""
    return Query(f"{_sum(by)}({metric}{_matchers(where)})", legend or _legend(by))


def within_an_hour(metric: str, by: str = "", *, where: str = "", legend: str = "") -> Query:
    """By how much a counter grew in the last hour."""
    return Query(f"{_sum(by)}(increase({metric}{_matchers(where)}[1h]))", legend or _legend(by))


def _per(seconds: int, metric: str, by: str, where: str, legend: str) -> Query:
    rate = f"{_sum(by)}(rate({metric}{_matchers(where)}[$__rate_interval]))"
    return Query(rate if seconds == 1 else f"{rate} * {seconds}", legend or _legend(by))


def _sum(by: str) -> str:
    return f"sum by ({by}) " if by else "sum"


def _matchers(where: str) -> str:
    return f"{{{','.join(filter(None, ('NS', where)))}}}"


def _legend(by: str) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in by.split(", ") if label)


def quantiles(metric: str, by: str = "", *, where: str = "", legend: str = "") -> list[Query]:
    """The median and the 95th percentile of a histogram, over the labels `by`."""
    return [
        Query(_quantile(quantile, metric, by, where), f"{legend} {name}".strip())
        for quantile, name in ((0.5, "median"), (0.95, "95 %"))
    ]


def upper(metric: str, by: str, *, where: str = "") -> Query:
    """The 95th percentile of a histogram, one line for each value of the labels `by`."""
    return Query(_quantile(0.95, metric, by, where), _legend(by))


def _quantile(quantile: float, metric: str, by: str, where: str) -> str:
    labels = ", ".join(filter(None, ("le", by)))
    rates = f"sum by ({labels}) (rate({metric}_bucket{_matchers(where)}[$__rate_interval]))"
    return f"histogram_quantile({quantile}, {rates})"
