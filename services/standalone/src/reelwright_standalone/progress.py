"""How a project's stages are shown while they run: a bar each on a terminal, a line each elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from reelwright_standalone.report import STAGE_TITLES


class StageProgress:
    """`update` from the event loop. Stages appear in their fixed order; a finished one stays at 100 %."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}
        if console.is_terminal and not quiet:
            self._bars = Progress(
                TextColumn("{task.description:<10}"),
                BarColumn(bar_width=32),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[doing]}[/]"),
                console=console,
            )

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
            for stage, title in STAGE_TITLES.items():
                self._tasks[stage] = self._bars.add_task(title, total=100, start=False, doing="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def update(self, stage: str, percent: float, doing: str) -> None:
        """Show how far a stage is (0..100) and what it does, in a word or two."""
        if stage not in STAGE_TITLES or self._quiet:
            return
        if self._bars is not None:
            self._update_bar(stage, percent, doing)
        elif self._said.get(stage) != doing:
            self._said[stage] = doing
            self._console.print(f"{STAGE_TITLES[stage]}: {doing}", highlight=False, markup=False)

    def done(self, stage: str) -> None:
        self.update(stage, 100, "done")

    def _update_bar(self, stage: str, percent: float, doing: str) -> None:
        assert self._bars is not None  # noqa: S101  # only called when there are bars
        task = self._tasks[stage]
        if self._bars.tasks[task].start_time is None:
            self._bars.start_task(task)
        self._bars.update(task, completed=percent, doing=doing)
        if percent >= 100:
            self._bars.stop_task(task)
