"""Plots of what happened over time, as SVG that a page shows as it is: steps, one panel above the other. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 860, 150, 64, 170, 40, 50
COLOURS = ("#1b6ca8", "#d1495b", "#2e933c", "#8f5fbf", "#c98a00")
_FONT = 'font-family="sans-serif"'
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """`series` are drawn as steps: a value holds until the next."""

    title: str
    series: Mapping[str, Points]


def plot(title: str, panels: Sequence[Panel], unit: str = "hours") -> str:
    """The document. x is in `unit`, and the same for all panels."""
    end = max((x for panel in panels for points in panel.series.values() for x, _ in points), default=0.0) or 1.0
    height = TOP + len(panels) * (HEIGHT + GAP) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-size="12" {_FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>',
    ]
    for place, panel in enumerate(panels):
        parts += _panel(panel, TOP + place * (HEIGHT + GAP) + 14, end, unit)
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Panel, top: float, end: float, unit: str) -> list[str]:
    most = max((y for points in panel.series.values() for _, y in points), default=0.0) or 1.0
    parts = [f'<text x="{LEFT}" y="{top - 6}" fill="#444">{escape(panel.title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = top + HEIGHT * (1 - share)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{_number(most * share)}</text>'
        )
        x = LEFT + (WIDTH - LEFT - RIGHT) * share
        parts.append(
            f'<text x="{x:.1f}" y="{top + HEIGHT + 14}" text-anchor="middle" fill="#444">{_number(end * share)}'
            f"{' ' + escape(unit) if share == 1 else ''}</text>"
        )
    for place, (name, points) in enumerate(panel.series.items()):
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<path d="{_steps(points, top, end, most)}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(
            f'<text x="{WIDTH - RIGHT + 12}" y="{top + 12 + 17 * place}" fill="{colour}">{escape(name)}</text>'
        )
    return parts


def _steps(points: Points, top: float, end: float, most: float) -> str:
    """A path; points that change nothing are left out."""
    path, last = "", None
    for x, y in points:
        if y == last:
            continue
        at_x = LEFT + (WIDTH - LEFT - RIGHT) * x / end
        at_y = top + HEIGHT * (1 - y / most)
        path += f"H{at_x:.1f}V{at_y:.1f}" if path else f"M{at_x:.1f} {at_y:.1f}"
        last = y
    return path + f"H{LEFT + (WIDTH - LEFT - RIGHT) * points[-1][0] / end:.1f}" if points else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".rstrip("0").rstrip(".")
