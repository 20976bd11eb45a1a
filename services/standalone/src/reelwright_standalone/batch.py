"""`reelwright make` over several recordings: checks first, then one after another; a failed one stops nothing."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from reelwright_standalone.catalog import caption_styles, looks
from reelwright_standalone.consent import agree
from reelwright_standalone.edits import Wishes, read_wishes
from reelwright_standalone.errors import EXIT_FAULT, EXIT_INPUT, EXIT_MADE, FaultError, InputError
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
    """Make them all; the exit status is the worst of theirs."""
    settings = StandaloneSettings()
    options = options.checked(styles=set(caption_styles()), looks=set(looks()))
    _check_batch(audio, output, options)
    wishes = read_wishes(options)
    providers = choose_providers(settings, offline=options.offline)
    reports = asyncio.run(_run(settings, providers, audio, output, wishes, console=console, quiet=as_json))
    if len(reports) > 1:
        console.print(overview(reports))
    if as_json:
        for report in reports:
            typer.echo(report.as_json())
    return max(report.exit_code if isinstance(report, FailedReport) else EXIT_MADE for report in reports)


def _check_batch(audio: Sequence[Path], output: Path | None, options: MakeOptions) -> None:
    if len(audio) == 1:
        return
    for option, given in (("--script", options.script), ("--plan", options.plan)):
        if given is not None:
            raise InputError(f"{option} belongs to one recording; give one, or leave {option} out.")
    if output is not None and not output.is_dir():
        raise InputError("-o with several recordings has to be a folder that exists.")


async def _run(
    settings: StandaloneSettings,
    providers: Providers,
    audio: Sequence[Path],
    output: Path | None,
    wishes: Wishes,
    *,
    console: Console,
    quiet: bool,
) -> list[Report]:
    # A first failed recording is known before anything is started, and costs nobody a second.
    if len(audio) == 1:
        open_recording(audio[0])
        outputs_for(audio[0], output)
    async with open_runtime(settings, providers) as runtime:
        _end_on_sigterm()
        await agree(runtime.parts.store, providers, wishes, console)
        return [await _one(runtime, providers, path, output, wishes, console=console, quiet=quiet) for path in audio]


async def _one(
    runtime: Runtime,
    providers: Providers,
    path: Path,
    output: Path | None,
    wishes: Wishes,
    *,
    console: Console,
    quiet: bool,
) -> Report:
    try:
        recording = open_recording(path)
        with StageProgress(console, quiet=quiet) as progress:
            making = Making(
                runtime=runtime,
                providers=providers,
                recording=recording,
                outputs=outputs_for(path, output),
                wishes=wishes,
                progress=progress,
            )
            report = await making.run()
    except InputError as error:
        return _failed(path, EXIT_INPUT, str(error), console)
    except FaultError as error:
        return _failed(path, EXIT_FAULT, str(error), console)
    if not quiet:
        print_report(console, report)
        typer.echo(report.video or report.plan)
    return report


def _failed(path: Path, code: int, message: str, console: Console) -> FailedReport:
    console.print(message, style="red", markup=False)
    return FailedReport(str(path), code, message)


def _end_on_sigterm() -> None:
    """SIGTERM ends the run as Ctrl-C does: the workers stop in order, and the same command goes on later."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # called inside a coroutine
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
