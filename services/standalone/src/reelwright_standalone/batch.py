"""`reelwright make` over several recordings: checks first, then one after another; a failed one stops nothing."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import typer
from rich.console import Console

from reelwright_standalone import signals
from reelwright_standalone.errors import EXIT_MADE, FaultError, InputError
from reelwright_standalone.failing import refusal, say_failed
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.providers import choose_providers
from reelwright_standalone.recording import outputs_for
from reelwright_standalone.report import FailedReport, Report, overview
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.wishes import Wishes, read_wishes


def make_all(
    audio: Sequence[Path], output: Path | None, options: MakeOptions, *, as_json: bool, console: Console
) -> int:
    """Make them all; the exit status is the worst of theirs. Raises what kept it from beginning."""
    settings = StandaloneSettings.load()
    wishes = read_wishes(options.checked())
    _check_choices(wishes)
    _check_batch(audio, output, options)
    providers = choose_providers(settings, offline=options.offline)
    # A recording that is none is known before anything is started, and costs nobody a second.
    if len(audio) == 1 and (refused := refusal(audio[0], output)) is not None:
        reports: list[Report] = [say_failed(console, audio[0], refused)]
    else:
        from reelwright_standalone.series import Series  # noqa: PLC0415  # the engines take seconds to import

        series = Series(settings, providers, wishes, output, console, quiet=as_json)
        reports = signals.run(series.make(audio))
    if len(reports) > 1:
        console.print(overview(reports))
    if as_json:
        for report in reports:
            typer.echo(report.as_json())
    # A fault weighs more than an input that was refused: it is for somebody else to mend.
    codes = {report.exit_code if isinstance(report, FailedReport) else EXIT_MADE for report in reports}
    return next(code for code in (FaultError.exit_code, InputError.exit_code, EXIT_MADE) if code in codes)


def _check_choices(wishes: Wishes) -> None:
    """Raises `InputError` for a caption style or a look that does not exist."""
    if not wishes.caption_style and not wishes.looks:
        return
    from reelwright_standalone.catalog import caption_styles, looks  # noqa: PLC0415  # only who chooses waits for it

    if wishes.caption_style:
        _check_choice("--caption-style", wishes.caption_style, caption_styles())
    for look in wishes.looks:
        _check_choice("--look", look, looks())


def _check_choice(option: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        raise InputError(f"{option} {value!r} is not known; choose one of: {', '.join(sorted(choices))}.")


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
