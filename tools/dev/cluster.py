"""`reelwright provision` and `reelwright ops keys create`, as an operator runs them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.dev.log import Log

_CREATE_KEY = ("ops", "keys", "create", "--tenant", "dev", "--user", "dev", "--label", "make dev")


class CommandFailed(Exception):
    """The message is what the command said."""


def provision(parts: Mapping[str, str], log: Log) -> None:
    """Topics, tables and the bucket: what is missing is made. Raises `CommandFailed`."""
    for line in _reelwright(["provision"], parts).splitlines():
        log.say("provision", line)


def kept_key(path: Path, director: str, parts: Mapping[str, str]) -> str:
    """The API key of earlier starts, or a new one, kept readable by its owner alone. Raises `CommandFailed`."""
    if not path.exists():
        key = _reelwright([*_CREATE_KEY], {**parts, "REELWRIGHT_DIRECTOR_ADDRESS": director}, stdout_only=True)
        path.touch(mode=0o600)
        path.write_text(key.strip(), encoding="ascii")
    return path.read_text(encoding="ascii")


def _reelwright(words: list[str], told: Mapping[str, str], *, stdout_only: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reelwright_standalone", *words],
        env={**os.environ, **told},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # a Ctrl-C is this process's alone to act on
    )
    if done.returncode != 0:
        raise CommandFailed(f"reelwright {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout if stdout_only else done.stdout + done.stderr
