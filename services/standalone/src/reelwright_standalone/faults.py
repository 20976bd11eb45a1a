"""How a command ends that could not go on: a sentence for its user, an exit status, the rest in the log."""

import contextlib

from reelwright_chassis.errors import SettingsError
from reelwright_standalone.errors import InputError, tell
from reelwright_standalone.logfile import logging_to_home, record
from reelwright_standalone.settings import StandaloneSettings
from reelwright_standalone.signals import Interrupted


def ending(error: Exception) -> tuple[str, int]:
    """What to print and the exit status."""
    if isinstance(error, Interrupted):
        return str(error), error.exit_code
    if isinstance(error, SettingsError):
        return str(error), InputError.exit_code
    settings = StandaloneSettings.load()
    told = tell(error, settings.log_file)
    if told is not error:
        with contextlib.suppress(InputError), logging_to_home(settings):
            record(error)
    return str(told), told.exit_code
