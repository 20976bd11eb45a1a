"""Writes requirements.lock: every dependency of the workspace with versions and hashes, and no registry's address.

python tools/lock.py             after a change of a pyproject.toml: keeps the versions that still fit
python tools/lock.py --upgrade   takes the newest versions that fit
python tools/lock.py --check     changes nothing; exit status 1 when the lock does not satisfy the pyproject files
"""

import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
BOOTSTRAP = ROOT / "tools" / "bootstrap.lock"


def uv(*arguments: str) -> str:
    """Runs the uv of this environment; its output."""
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


def write(*, upgrade: bool) -> None:
    uv("lock", "--quiet", *(["--upgrade"] if upgrade else []))
    text = uv(
        "export", "--quiet", "--frozen", "--all-packages", "--all-groups", "--no-emit-workspace", "--no-header",
        "--format", "requirements-txt",
    )  # fmt: skip
    LOCK.write_text("# Made by `make lock`: do not edit.\n" + text, encoding="utf-8")
    BOOTSTRAP.write_text(
        "# Made by `make lock`: what `make setup` begins with.\n" + entry(text, "uv"), encoding="utf-8"
    )


def entry(text: str, name: str) -> str:
    """The lines of one package in an exported lock, hashes included."""
    lines = text.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].lstrip().startswith("--hash"))
    return "".join(lines[start:end])


def declared() -> list[tuple[str, Requirement]]:
    """Every requirement that a pyproject.toml of the workspace names, with the file it stands in."""
    found = []
    members = [*ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("protos/*/pyproject.toml")]
    for path in sorted([ROOT / "pyproject.toml", *members]):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        texts = data.get("project", {}).get("dependencies", []) + data.get("dependency-groups", {}).get("dev", [])
        found += [(str(path.relative_to(ROOT)), Requirement(text)) for text in texts]
    return found


def locked() -> dict[str, str]:
    """Package name to version, as the lock has it for this Python."""
    lines = (line.rstrip("\\ \n") for line in LOCK.read_text(encoding="utf-8").splitlines())
    pins = [Requirement(line) for line in lines if "==" in line and line[:1].isalnum()]
    fitting = (pin for pin in pins if pin.marker is None or pin.marker.evaluate())
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in fitting}


def complaints() -> list[str]:
    """What in the pyproject files the lock, or the environment set up from it, does not satisfy."""
    versions = locked()
    found = []
    for where, requirement in declared():
        name = canonicalize_name(requirement.name)
        if name.startswith("reelwright-"):
            continue
        if name not in versions or not requirement.specifier.contains(versions[name], prereleases=True):
            found.append(f"{where} asks for {requirement}, the lock has {versions.get(name, 'nothing')}")
            continue
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "nothing"
        if installed != versions[name]:
            found.append(f"{name}: the lock has {versions[name]}, the environment {installed}")
    return found


def main() -> int:
    if "--check" not in sys.argv:
        write(upgrade="--upgrade" in sys.argv)
        return 0
    found = complaints()
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run: make lock, or python tools/lock.py, then make setup", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
