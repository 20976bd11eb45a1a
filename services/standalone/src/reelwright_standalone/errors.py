"""What the command says when it cannot go on, and with which exit status."""

EXIT_MADE = 0
EXIT_FAULT = 1
EXIT_INPUT = 2
EXIT_INTERRUPTED = 130


class InputError(Exception):
    """The input or the command line is at fault. The message says in one sentence what to do. Exit status 2."""


class FaultError(Exception):
    """We or a provider are at fault. The message says what happened and where to look. Exit status 1."""
