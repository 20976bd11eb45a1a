"""What was made: the result as data, as a page for people, and as one JSON object for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console, Group
from rich.table import Table


@dataclass(frozen=True, slots=True)
class SceneReport:
    """`rung` and `kind` by their plain names; `provider_calls_charged` counts rows of the provider's ledger."""

    index: int
    start_s: float
    duration_s: float
    kind: str
    rung: str
    prompt: str
    provider_calls_charged: int


@dataclass(frozen=True, slots=True)
class MadeReport:
    """One finished video. `stages` are seconds of each stage in this run; paths are absolute."""

    recording: str
    video: str
    duration_s: float
    captions: list[str]
    poster: str
    timeline: str
    transcript: str
    plan: str
    stages: dict[str, float]
    cost_usd: float
    quality: str
    simulated: bool
    scenes: list[SceneReport]
    notes: list[str] = field(default_factory=list)
    made_again: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class FailedReport:
    """One recording that made no video."""

    recording: str
    exit_code: int
    error: str

    def as_json(self) -> str:
        return json.dumps(asdict(self))


Report = MadeReport | FailedReport

STAGE_TITLES = {
    "transcription": "listening",
    "plan": "planning",
    "asset": "pictures",
    "render": "video",
}


def page(report: MadeReport) -> Group:
    """The result of one recording for a terminal: the path first."""
    lines: list[object] = [_made(report)]
    again = f"made again: {', '.join(report.made_again)}" if report.made_again else "nothing had to be made again"
    beside = "captions (.srt, .vtt), poster, timeline, transcript and plan" if report.video else "the transcript"
    lines.append(f"[dim]beside it: {beside}; {again}[/]")
    lines.append(_scene_table(report.scenes))
    lines.append(_summary(report))
    lines += [f"[yellow]Note[/] {_plain(note)}" for note in report.notes]
    return Group(*lines)  # type: ignore[arg-type]  # rich types renderables as a protocol that str fulfils at run time


def _made(report: MadeReport) -> str:
    if report.video:
        return f"[bold green]Made[/] [bold]{_plain(report.video)}[/]  ({report.duration_s:.1f} s)"
    return f"[bold green]Planned[/] [bold]{_plain(report.plan)}[/]  (a video of {report.duration_s:.1f} s)"


def _scene_table(scenes: Sequence[SceneReport]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("scene", justify="right")
    table.add_column("from", justify="right")
    table.add_column("length", justify="right")
    table.add_column("shown as")
    table.add_column("prompt", overflow="ellipsis", no_wrap=True, max_width=64)
    for scene in scenes:
        shown = scene.kind if scene.rung == "planned" else f"{scene.kind} ({scene.rung})"
        table.add_row(
            str(scene.index + 1), f"{scene.start_s:.1f} s", f"{scene.duration_s:.1f} s", shown, _plain(scene.prompt)
        )
    return table


def _summary(report: MadeReport) -> str:
    times = ", ".join(f"{STAGE_TITLES.get(name, name)} {seconds:.1f} s" for name, seconds in report.stages.items())
    drawn = ", pictures drawn by the built-in simulator" if report.simulated else ""
    return f"[dim]{times or 'no stage ran'}; cost ${report.cost_usd:.2f}{drawn}[/]"


def overview(reports: Sequence[MadeReport | FailedReport]) -> Table:
    """The table at the end of several recordings."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("recording", "result", "cost"):
        table.add_column(column, overflow="fold")
    for report in reports:
        if isinstance(report, MadeReport):
            table.add_row(_plain(report.recording), f"[green]{_plain(report.video)}[/]", f"${report.cost_usd:.2f}")
        else:
            table.add_row(_plain(report.recording), f"[red]{_plain(report.error)}[/]", "")
    return table


def _plain(text: str) -> str:
    """The text with rich's markup made harmless: a file may be called `[red]talk[/].mp3`."""
    return text.replace("[", "\\[")


def print_report(console: Console, report: MadeReport) -> None:
    console.print(page(report), soft_wrap=False)
