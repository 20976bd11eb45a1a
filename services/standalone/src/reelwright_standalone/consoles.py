"""Where the commands print: results to standard output, talk to standard error."""

from rich.console import Console

_PIPE_WIDTH = 140
"""Columns where no terminal says how many there are."""


def console(*, stderr: bool = True) -> Console:
    """Talk goes to standard error, so that standard output holds results alone."""
    talk = Console(stderr=stderr, highlight=False)
    return talk if talk.is_terminal else Console(stderr=stderr, highlight=False, width=_PIPE_WIDTH)
