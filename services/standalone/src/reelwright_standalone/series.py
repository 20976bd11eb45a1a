"""Recordings made one after another in one process, with all services running."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from reelwright_standalone.books import Runtime
from reelwright_standalone.consent import agree
from reelwright_standalone.errors import Told, tell
from reelwright_standalone.failing import say_failed
from reelwright_standalone.logfile import record
from reelwright_standalone.make import Making
from reelwright_standalone.progress import StageProgress
from reelwright_standalone.providers import Providers
from reelwright_standalone.recording import open_recording, outputs_for
from reelwright_standalone.report import MadeReport, Report, print_report
from reelwright_standalone.runtime import open_runtime
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Series:
    """What all recordings of one command have in common; `make` makes them."""

    settings: StandaloneSettings
    providers: Providers
    wishes: Wishes
    output: Path | None
    console: Console
    quiet: bool

    async def make(self, audio: Sequence[Path]) -> list[Report]:
        async with open_runtime(self.settings, self.providers) as runtime:
            await agree(
                runtime.parts.store,
                self.providers,
                self.console,
                budget_usd=self.wishes.options.budget_usd,
                script_given=self.wishes.script is not None,
                yes=self.wishes.options.yes,
            )
            return [await self._one(runtime, path) for path in audio]

    async def _one(self, runtime: Runtime, path: Path) -> Report:
        try:
            report = await self._make(runtime, path)
        except Exception as error:  # noqa: BLE001  # told and logged; the next recording may fare better
            return say_failed(self.console, path, self._told(error))
        if not self.quiet:
            print_report(self.console, report)
            typer.echo(os.fsencode(report.video or report.plan))
        return report

    async def _make(self, runtime: Runtime, path: Path) -> MadeReport:
        recording = open_recording(path)
        with StageProgress(self.console, quiet=self.quiet) as progress:
            making = Making(
                runtime=runtime,
                providers=self.providers,
                recording=recording,
                outputs=outputs_for(path, self.output),
                wishes=self.wishes,
                progress=progress,
            )
            return await making.run()

    def _told(self, error: Exception) -> Told:
        told = tell(error, self.settings.log_file)
        if told is not error:
            record(error)
        return told
