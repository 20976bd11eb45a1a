"""Writes the locks: what is installed where, with versions and hashes, and no registry's address.

requirements.lock                  the whole workspace with the developers' tools
services/<name>/requirements.lock  one service and what it needs, in the same versions: what its image installs
tools/bootstrap.lock               what setting up and building images begin with: the installer and the build backend

python tools/lock.py             after a change of a pyproject.toml: keeps the versions that still fit
python tools/lock.py --upgrade   takes the newest versions that fit
python tools/lock.py --check     changes nothing; exit status 1 when a lock does not satisfy the pyproject files
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
BOOTSTRAP = ROOT / "tools" / "bootstrap.lock"
OURS = "reelwright-"
LIBRARIES = {"chassis"}  # members under services/ that nobody starts


def uv(*arguments: str) -> str:
    """Runs the uv of this environment; its output."""
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


def services() -> list[str]:
    """The members that are deployed each by itself, by their folders' names."""
    folders = (path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
    return sorted(name for name in folders if name not in LIBRARIES)


def service_lock(service: str) -> Path:
    return ROOT / "services" / service / "requirements.lock"


# Writing


def write(*, upgrade: bool) -> None:
    """Resolve once, export by reader."""
    if upgrade:
        uv("lock", "--quiet", "--upgrade")
    else:
        (ROOT / "uv.lock").write_text(remembered(), encoding="utf-8")
        uv("lock", "--quiet")
    export(LOCK, "--all-packages", "--all-groups", "--all-extras")
    export(BOOTSTRAP, "--only-group", "bootstrap")
    for service in services():
        export(service_lock(service), "--package", f"{OURS}{service}", "--no-dev", *_with_extras(service))


def _with_extras(service: str) -> list[str]:
    """Images have what is optional: whether it is loaded, the environment says."""
    return ["--all-extras"] if _extras(ROOT / "services" / service / "pyproject.toml") else []


def _extras(pyproject: Path) -> dict[str, list[str]]:
    """What a member needs only for something that is optional, by the name of that."""
    extras: dict[str, list[str]] = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"].get(
        "optional-dependencies", {}
    )
    return extras


def export(path: Path, *selection: str) -> None:
    text = uv(
        "export", "--quiet", "--frozen", *selection, "--no-emit-workspace", "--no-header",
        "--format", "requirements-txt",
    )  # fmt: skip
    path.write_text("# Made by `make lock`: do not edit.\n" + text, encoding="utf-8")


def remembered() -> str:
    """A uv.lock that says no more than which versions requirements.lock has: uv prefers those.

    uv.lock itself is no memory: it is not committed, since it names a registry. The one named here does not exist.
    """
    lines = ["version = 1", 'requires-python = ">=3.11"']
    for pin in pins(LOCK):
        lines += ["[[package]]", f'name = "{pin.name}"', f'version = "{_version(pin)}"']
        lines += ['source = { registry = "https://index.invalid/simple" }']
        lines += [f'resolution-markers = ["{str(pin.marker).replace(chr(34), chr(39))}"]'] if pin.marker else []
    return "\n".join([*lines, ""])


# Reading


def pins(lock: Path) -> list[Requirement]:
    """Every line of a lock, for all Pythons and platforms."""
    lines = (line.rstrip("\\ \n") for line in lock.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if "==" in line and line[:1].isalnum()]


def locked(lock: Path) -> dict[str, str]:
    """Package name to version, as a lock has it for this Python; nothing when there is no such lock."""
    if not lock.exists():
        return {}
    fitting = (pin for pin in pins(lock) if pin.marker is None or pin.marker.evaluate())
    return {canonicalize_name(pin.name): _version(pin) for pin in fitting}


def _version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


def declared(pyproject: Path) -> list[Requirement]:
    """The requirements that one pyproject.toml names, its groups' and extras' among them."""
    data = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    project = data.get("project", {})
    more = [*data.get("dependency-groups", {}).values(), *project.get("optional-dependencies", {}).values()]
    texts = [text for group in more for text in group if isinstance(text, str)]
    return [Requirement(text) for text in project.get("dependencies", []) + texts]


# Checking


def complaints() -> list[str]:
    """What is wrong with the locks, or with the environment that was set up from them; a line each."""
    members = [*ROOT.glob("services/*/pyproject.toml"), *ROOT.glob("protos/*/pyproject.toml")]
    versions = locked(LOCK)
    found = []
    for path in sorted([ROOT / "pyproject.toml", *members]):
        needed = [requirement for requirement in declared(path) if not requirement.name.startswith(OURS)]
        found += [line for requirement in needed for line in unmet(requirement, versions, path)]
    return found or [line for service in services() for line in service_complaints(service, versions)]


def unmet(requirement: Requirement, versions: dict[str, str], path: Path) -> Iterator[str]:
    """What of one requirement the lock, or the environment, does not satisfy."""
    name = canonicalize_name(requirement.name)
    if name not in versions or not requirement.specifier.contains(versions[name], prereleases=True):
        yield f"{path.relative_to(ROOT)} asks for {requirement}, the lock has {versions.get(name, 'nothing')}"
    elif (installed := _installed(name)) != versions[name]:
        yield f"{name}: the lock has {versions[name]}, the environment {installed}"


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "nothing"


def service_complaints(service: str, versions: dict[str, str]) -> Iterator[str]:
    """A service's lock holds exactly what it needs, in the versions of the workspace."""
    has = locked(service_lock(service))
    needs = closure(f"{OURS}{service}")
    where = service_lock(service).relative_to(ROOT)
    for name in sorted(needs - has.keys()):
        yield f"{where} lacks {name}, which the service needs"
    for name in sorted(has.keys() - needs):
        yield f"{where} has {name}, which the service does not need"
    for name in sorted(needs & has.keys()):
        if has[name] != versions.get(name):
            yield f"{where} has {name} {has[name]}, requirements.lock {versions.get(name, 'nothing')}"


def closure(package: str) -> set[str]:
    """All that a member of the workspace needs on this Python, as the installed packages say; members left out."""
    seen: set[tuple[str, str]] = set()
    waiting = [(package, ""), *((package, extra) for extra in _extras(_member(package)))]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in seen:
            seen.add((name, extra))
            waiting += _needs(name, extra)
    return {name for name, _ in seen if not name.startswith(OURS)}


def _needs(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """What one package with one extra asks for. A member's own file is asked: its installed metadata may be old."""
    pyproject = _member(name)
    ours = name.startswith(OURS) and pyproject.exists()
    for requirement in _project_needs(pyproject, extra) if ours else map(Requirement, requires(name) or []):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(requirement.name), wanted) for wanted in ("", *requirement.extras))


def _member(package: str) -> Path:
    return ROOT / "services" / package.removeprefix(OURS) / "pyproject.toml"


def _project_needs(pyproject: Path, extra: str) -> list[Requirement]:
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in (_extras(pyproject)[extra] if extra else project["dependencies"])]


def main() -> int:
    if "--check" not in sys.argv:
        write(upgrade="--upgrade" in sys.argv)
        return 0
    found = complaints()
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run: make lock, then make setup", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
