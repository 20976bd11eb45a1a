"""oasdiff, which finds what in an OpenAPI document breaks the clients of an earlier one."""

import subprocess
from pathlib import Path

from parts import golang

NAME = "oasdiff-1.37.0"
_PACKAGE = "github.com/oasdiff/oasdiff"
_FOUND = 1


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    program()


def program() -> Path:
    return golang.binary(NAME, _PACKAGE, "v1.37.0")


def breaks(before: Path, after: Path) -> str:
    """What breaks, in words; empty when nothing does. Raises RuntimeError when a document cannot be compared."""
    command = [str(program()), "breaking", "--fail-on", "ERR", "--format", "text", "--color", "never"]
    done = subprocess.run([*command, str(before), str(after)], capture_output=True, text=True, check=False)
    if done.returncode == _FOUND:
        return done.stdout
    if done.returncode != 0:
        raise RuntimeError(f"oasdiff failed ({done.returncode}): {done.stderr[-2000:]}")
    return ""
