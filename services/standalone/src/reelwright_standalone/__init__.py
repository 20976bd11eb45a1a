"""All of Reelwright in one process, and the `reelwright` command."""

__version__ = "0.1.0"
