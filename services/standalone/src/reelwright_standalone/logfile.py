"""The services' log: a file in the home, because the terminal belongs to the user."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from reelwright_chassis.logs import configure_logs, get_logger
from reelwright_standalone.settings import StandaloneSettings

_LOG_BYTES = 10_000_000
"""A log larger than this is put aside at the next start; one is kept."""


@contextmanager
def logging_to_home(settings: StandaloneSettings) -> Iterator[None]:
    """Everything that is logged within the block, libraries' lines too, goes to the home's log file."""
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.log_file.exists() and settings.log_file.stat().st_size > _LOG_BYTES:
        settings.log_file.replace(settings.log_file.with_suffix(".old.log"))
    with settings.log_file.open("a", encoding="utf-8") as stream:
        configure_logs(service="standalone", style="json", stream=stream)
        try:
            yield
        finally:
            logging.getLogger().handlers.clear()


def record(error: Exception) -> None:
    """Log what ended a command, where a log is open: its type and where it came from, nobody's words."""
    get_logger(__name__).error("command_failed", exc_info=error)
