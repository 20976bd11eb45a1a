"""helm-unittest: the tests of the chart's templates in its own language, YAML. It needs no Helm beside it."""

import subprocess
from pathlib import Path

from parts import golang

NAME = "helm-unittest-1.1.2"
_MODULE = "github.com/helm-unittest/helm-unittest"


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    program()


def program() -> Path:
    return golang.from_sources(NAME, _MODULE, "v1.1.2", ["cmd/helm-unittest"]) / "helm-unittest"


def run(chart: Path, *suites: str) -> "subprocess.CompletedProcess[str]":
    """Runs these suites of the chart (globs under it); what failed is in its exit status and its output."""
    files = [word for suite in suites for word in ("--file", suite)]
    command = [str(program()), "--strict", "--color=false", *files, str(chart)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
