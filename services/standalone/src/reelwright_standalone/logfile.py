"""The services' log: a file in the home, because the terminal belongs to the user."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from reelwright_chassis.logs import configure_logs, get_logger
from reelwright_standalone.errors import InputError
from reelwright_standalone.settings import StandaloneSettings

_LOG_BYTES = 10_000_000
"""A log larger than this is put aside at the next start; one is kept."""


@contextmanager
def logging_to_home(settings: StandaloneSettings) -> Iterator[None]:
    """Everything that is logged within the block, libraries' lines too, goes to the home's log file.

    Raises `InputError` when the home cannot be written.
    """
    with _opened(settings) as stream:
        configure_logs(service="standalone", style="json", stream=stream)
        try:
            yield
        finally:
            logging.getLogger().handlers.clear()


def _opened(settings: StandaloneSettings) -> TextIO:
    log = settings.log_file
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
        return log.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The folder {str(settings.home)!r} cannot be used ({error.strerror}); set REELWRIGHT_HOME to another one."
        ) from error


def record(error: Exception) -> None:
    """Log what ended a command, where a log is open: its type and where it came from, nobody's words."""
    get_logger(__name__).error("command_failed", exc_info=error)
