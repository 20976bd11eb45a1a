"""From what a dashboard is said to be to Grafana's own model of it, and to JSON."""

import re
from itertools import count
from typing import TypeAlias

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
    VariableRefresh,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from tools.monitoring.boards.spec import Board, Kind, Panel

AnyPanel: TypeAlias = "stat.Panel | timeseries.Panel | bargauge.Panel | table.Panel"

_DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_TAG = "reelwright"
_LATENCY = re.compile(r"histogram_quantile\(.*_seconds_bucket")


def to_json(board: Board) -> str:
    """As Grafana imports it."""
    return JSONEncoder(sort_keys=True, indent=1).encode(_dashboard(board).build()) + "\n"


def _dashboard(board: Board) -> dashboard.Dashboard:
    built = (
        dashboard.Dashboard(f"Reelwright / {board.title}")
        .uid(f"reelwright-{board.name}")
        .description(board.description)
        .tags([_TAG])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_namespace())
        .link(_links())
    )
    ids = count(1)
    for row in board.rows:
        built.with_row(dashboard.Row(row.title).id(next(ids)))
        for panel in row.panels:
            built.with_panel(_panel(panel).id(next(ids)))
    return built


def _namespace() -> dashboard.QueryVariable:
    """Where Prometheus has no such label, "All" fits what lacks it."""
    return (
        dashboard.QueryVariable("namespace")
        .label("Namespace")
        .datasource(_DATASOURCE)
        .query("label_values(reelwright_service_ready, namespace)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .include_all(True)
        .all_value(".*")
        .multi(True)
    )


def _links() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Reelwright").type(DashboardLinkType.DASHBOARDS).tags([_TAG])
    return link.as_dropdown(True).include_vars(True).keep_time(True)


def _panel(panel: Panel) -> AnyPanel:
    built = _SHAPES[panel.kind](panel)
    built.title(panel.title).description(panel.description).datasource(_DATASOURCE).unit(panel.unit)
    built.height(panel.height).span(panel.width).thresholds(_thresholds(panel))
    for number, query in enumerate(panel.queries):
        built.with_target(_target(panel, query.promql, query.legend, chr(ord("A") + number)))
    return built


def _target(panel: Panel, expression: str, legend: str, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(ref_id).datasource(_DATASOURCE)
    if panel.kind is Kind.LINES and _LATENCY.search(expression):
        target.exemplar(True)  # a dot for a trace that is an example of it
    if panel.kind is Kind.TABLE:
        target.format(PromQueryFormat.TABLE)
    return target.instant() if panel.kind in (Kind.TABLE, Kind.BARS) else target.range()


def _thresholds(panel: Panel) -> dashboard.ThresholdsConfig:
    good, bad = ("green", "red") if panel.floor is None else ("red", "green")
    limit = panel.alarm if panel.floor is None else panel.floor
    steps = [Threshold(color=good)] + ([Threshold(value=limit, color=bad)] if limit is not None else [])
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _lines(panel: Panel) -> AnyPanel:
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    stacking = common.StackingConfig().mode(StackingMode.NORMAL if panel.stacked else StackingMode.NONE)
    return (
        timeseries.Panel()
        .legend(legend.show_legend(True))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
        .stacking(stacking)
        .fill_opacity(25 if panel.stacked else 8)
        .show_points(VisibilityMode.NEVER)
        .min(0)
    )


def _stat(_: Panel) -> AnyPanel:
    last = common.ReduceDataOptions().calcs(["lastNotNull"])
    return stat.Panel().reduce_options(last).color_mode(BigValueColorMode.VALUE).graph_mode(BigValueGraphMode.AREA)


def _bars(_: Panel) -> AnyPanel:
    last = common.ReduceDataOptions().calcs(["lastNotNull"])
    return (
        bargauge.Panel()
        .reduce_options(last)
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .min(0)
    )


def _table(_: Panel) -> AnyPanel:
    """Labels as columns, the largest value first."""
    hide = {"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True}}}
    order = {"id": "sortBy", "options": {"sort": [{"field": "Value", "desc": True}]}}
    built = table.Panel()
    for step in (hide, order):
        built.with_transformation(DataTransformerConfig(id_val=str(step["id"]), options=step["options"]))
    return built


_SHAPES = {Kind.LINES: _lines, Kind.STAT: _stat, Kind.BARS: _bars, Kind.TABLE: _table}
