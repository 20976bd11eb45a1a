"""Real parts that are packages of Debian: unpacked into the cache, with no service and no user made for them."""

import shutil
import subprocess
from pathlib import Path

from parts.cache import cached, is_cached


def why_not(name: str, *tools: str) -> str | None:
    """Why these programs cannot be started as the machine is, with the remedy; None when they can."""
    lacking = [tool for tool in tools if shutil.which(tool) is None]
    if not lacking or is_cached(name):
        return None
    return f"not installed: {', '.join(lacking)} (Debian and Ubuntu: make parts; elsewhere: put them on the PATH)"


def program(name: str, tool: str, *packages: str) -> Path:
    """This machine's `tool` where it has one, else that of `packages`, which are fetched and unpacked once.

    The package manager checks their signatures. Raises RuntimeError where there is none.
    """
    here = shutil.which(tool)
    if here is not None:
        return Path(here)
    return cached(name, lambda folder: _unpack(folder, packages)) / "usr" / "bin" / tool


def _unpack(folder: Path, packages: tuple[str, ...]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise RuntimeError(f"this machine has no apt-get to fetch {', '.join(packages)} with")
    if _run(["apt-get", "download", *packages], folder):
        _must(["apt-get", "update", "-qq"], folder)  # a fresh machine knows no packages yet
        _must(["apt-get", "download", *packages], folder)
    for package in folder.glob("*.deb"):
        _must(["dpkg", "-x", str(package), str(folder)], folder)
        package.unlink()


def _must(command: list[str], folder: Path) -> None:
    said = _run(command, folder)
    if said:
        raise RuntimeError(f"{' '.join(command)} failed: {said}")


def _run(command: list[str], folder: Path) -> str:
    """What it said if it failed, else nothing."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr[-2000:] or f"exit status {done.returncode}"
