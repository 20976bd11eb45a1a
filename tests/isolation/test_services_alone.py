"""Each service installed alone, from its own lock, as in its image: what it did not declare is not there."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from e2e.sharing import once

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(lock.parent.name for lock in ROOT.glob("services/*/requirements.lock"))

IMPORT_ALL = """
import importlib, pkgutil, sys

def fails(name):
    raise ImportError(f"{name} is a package that cannot be imported")

absent, *packages = sys.argv[1:]
for package in packages:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.", onerror=fails):
        words = module.name.split(".")
        if "testing" not in words and words[-1] != "__main__" and module.name != absent:
            importlib.import_module(module.name)
"""


def test_every_deployed_service_has_a_lock() -> None:
    members = {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}
    assert set(SERVICES) == members - {"chassis"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_stands_alone(service: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    members = members_of(service)
    wheels = [wheel(tmp_path_factory, member) for member in members]
    python = installed(tmp_path / "venv", ROOT / "services" / service / "requirements.lock", wheels)
    packages = [import_name(member) for member in members]
    run(python, "-I", "-B", "-W", "ignore", "-c", IMPORT_ALL, absent(service), *packages, cwd=tmp_path)


def absent(service: str) -> str:
    """The module whose packages a service leaves out that makes no traces; nothing for the others."""
    project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text("utf-8"))["project"]
    return "" if "tracing" in project.get("optional-dependencies", {}) else "reelwright_chassis.tracing.otel"


def members_of(service: str) -> list[Path]:
    """The service's folder and those of the members it stands on, as its image is built from."""
    lines = run(sys.executable, ROOT / "tools" / "members.py", service).splitlines()
    return [ROOT / line for line in lines]


def import_name(member: Path) -> str:
    return next(path.name for path in (member / "src").iterdir() if path.name.startswith("reelwright"))


def wheel(factory: pytest.TempPathFactory, member: Path) -> Path:
    """The member as a wheel: what its image gets, without the sources beside it."""
    folder = once(factory, f"wheel-{member.name}", lambda into: build(member, into))
    return next(folder.glob("*.whl"))


def build(member: Path, into: Path) -> None:
    run(tool("hatchling"), "build", "-t", "wheel", "-d", into, cwd=member)


def installed(venv: Path, lock: Path, wheels: list[Path]) -> Path:
    """The Python of a new environment with exactly the lock and the wheels in it."""
    python = venv / "bin" / "python"
    uv = tool("uv")
    run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", lock)
    run(uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "--no-index", *wheels)
    run(uv, "pip", "check", "--quiet", "--python", python)
    return python


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout
