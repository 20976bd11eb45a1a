"""`python -m reelwright_<service>`: the command line of a service's process, and its exit status.

0: it was asked to end. 1: a fault of its own, with the stack in the log. 2: a setting is missing or wrong.
"""

import argparse
import asyncio
import faulthandler
import signal
import sys
import textwrap
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import NoReturn

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.logs import configure_logs, get_logger
from reelwright_chassis.serving.backends import backend
from reelwright_chassis.serving.describing import Described, describe
from reelwright_chassis.serving.life import Life, Loaded
from reelwright_chassis.serving.program import Program, S
from reelwright_chassis.serving.settings import ServiceSettings
from reelwright_chassis.settings import Settings
from reelwright_chassis.tracing.settings import TracingSettings
from reelwright_chassis.tracing.start import check_tracing, tracing

log = get_logger(__name__)

_WIDTH = 110


def run_program(program: Program[S], argv: Sequence[str] | None = None) -> NoReturn:
    """Run the service until a signal ends it; exits."""
    asked = _parser(program).parse_args(argv)
    try:
        loaded = _load(program)
        if asked.check_settings:
            sys.exit(0)
        sys.exit(_run(program, loaded))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def settings_of(program: Program[S]) -> list[type[Settings]]:
    """Every settings class that the program reads: its own first."""
    return [program.settings, ServiceSettings, TracingSettings, *(backend(need).settings for need in program.needs)]


def _run(program: Program[S], loaded: Loaded[S]) -> int:
    configure_logs(service=program.name, style=loaded.service.log_style, level=loaded.service.log_level)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # where every thread is, on standard error
    try:
        with tracing(program.name, loaded.tracing):
            asyncio.run(Life(program, loaded).live())
    except SettingsError:
        raise
    except Exception as error:
        log.exception("service_failed", error=type(error).__name__)
        return 1
    return 0


def _load(program: Program[S]) -> Loaded[S]:
    """Raises `SettingsError` that tells of everything that is wrong, not only of the first."""
    wrong: list[str] = []
    found: dict[type[Settings], Settings] = {}
    for settings in settings_of(program):
        try:
            found[settings] = settings.load()
            if isinstance(own := found[settings], program.settings):
                program.check(own)
            if isinstance(own, TracingSettings):
                check_tracing(own)
        except SettingsError as error:
            wrong.append(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))
    own, service, traced = found[program.settings], found[ServiceSettings], found[TracingSettings]
    assert isinstance(own, program.settings)  # noqa: S101
    assert isinstance(service, ServiceSettings)  # noqa: S101
    assert isinstance(traced, TracingSettings)  # noqa: S101
    return Loaded(service, traced, own, {need: found[backend(need).settings] for need in program.needs})


def _parser(program: Program[S]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {program.module}",
        description=program.about,
        epilog="\n".join(_help(program)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check-settings", action="store_true", help="say whether the settings are right, and end")
    parser.add_argument("--version", action="version", version=f"{program.name} {version(program.package)}")
    return parser


def _help(program: Program[S]) -> Iterator[str]:
    yield "It is told what it needs by environment variables (docs/settings.md):"
    for settings in settings_of(program):
        for setting in describe(settings):
            yield ""
            yield f"  {setting.variable}{_besides(setting)}"
            yield textwrap.fill(setting.means, _WIDTH, initial_indent="      ", subsequent_indent="      ")


def _besides(setting: Described) -> str:
    also = "".join(f", or {name}" for name in setting.also)
    if setting.default is None:
        return f"{also}  (must be set)"
    return f"{also}  (default {setting.default})" if setting.default else also
