"""`reelwright make` over several recordings: checks first, then one after another; a failed one stops nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from reelwright_standalone import signals
from reelwright_standalone.catalog import caption_styles, looks
from reelwright_standalone.consent import agree
from reelwright_standalone.edits import Wishes, read_wishes
from reelwright_standalone.errors import EXIT_MADE, FaultError, InputError, Told, tell
from reelwright_standalone.logfile import record
from reelwright_standalone.make import Making
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.progress import StageProgress
from reelwright_standalone.providers import Providers, choose_providers
from reelwright_standalone.recording import open_recording, outputs_for
from reelwright_standalone.report import FailedReport, MadeReport, overview, print_report
from reelwright_standalone.runtime import Runtime, open_runtime
from reelwright_standalone.settings import StandaloneSettings

Report = MadeReport | FailedReport


def make_all(
    audio: Sequence[Path], output: Path | None, options: MakeOptions, *, as_json: bool, console: Console
) -> int:
    """Make them all; the exit status is the worst of theirs. Raises what kept it from beginning."""
    settings = StandaloneSettings.load()
    options = options.checked(styles=set(caption_styles()), looks=set(looks()))
    _check_batch(audio, output, options)
    providers = choose_providers(settings, offline=options.offline)
    batch = _Batch(settings, providers, read_wishes(options), output, console, quiet=as_json)
    reports = signals.run(batch.make(audio))
    if len(reports) > 1:
        console.print(overview(reports))
    if as_json:
        for report in reports:
            typer.echo(report.as_json())
    # A fault weighs more than an input that was refused: it is for somebody else to mend.
    codes = {report.exit_code if isinstance(report, FailedReport) else EXIT_MADE for report in reports}
    return next(code for code in (FaultError.exit_code, InputError.exit_code, EXIT_MADE) if code in codes)


def _check_batch(audio: Sequence[Path], output: Path | None, options: MakeOptions) -> None:
    if len(audio) == 1:
        return
    for option, given in (("--script", options.script), ("--plan", options.plan)):
        if given is not None:
            raise InputError(f"{option} belongs to one recording; give one, or leave {option} out.")
    if output is not None and not output.is_dir():
        raise InputError("-o with several recordings has to be a folder that exists.")
    videos = Counter(outputs_for(path, output).video.absolute() for path in audio)
    video, times = videos.most_common(1)[0]
    if times > 1:
        raise InputError(f"Several of these recordings would become {str(video)!r}; make them one at a time with -o.")


@dataclass(frozen=True, slots=True)
class _Batch:
    """What all recordings of one command have in common."""

    settings: StandaloneSettings
    providers: Providers
    wishes: Wishes
    output: Path | None
    console: Console
    quiet: bool

    async def make(self, audio: Sequence[Path]) -> list[Report]:
        if len(audio) == 1 and (refused := self._refusal(audio[0])) is not None:
            return [refused]
        async with open_runtime(self.settings, self.providers) as runtime:
            await agree(runtime.parts.store, self.providers, self.wishes, self.console)
            return [await self._one(runtime, path) for path in audio]

    def _refusal(self, path: Path) -> FailedReport | None:
        """A recording that it takes no service to refuse: that is known at once."""
        try:
            open_recording(path)
            outputs_for(path, self.output)
        except InputError as error:
            return self._failed(path, error)
        return None

    async def _one(self, runtime: Runtime, path: Path) -> Report:
        try:
            report = await self._make(runtime, path)
        except Exception as error:  # noqa: BLE001  # told and logged; the next recording may fare better
            return self._failed(path, self._told(error))
        if not self.quiet:
            print_report(self.console, report)
            typer.echo(report.video or report.plan)
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

    def _failed(self, path: Path, error: Told) -> FailedReport:
        self.console.print(str(error), style="red", markup=False, soft_wrap=True)
        return FailedReport(str(path), error.exit_code, str(error))
