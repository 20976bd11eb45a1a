"""What tests need of Node: the packages of tests/node, by their lock file, in the cache."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from parts.cache import cached, is_cached

_DECLARED = Path(__file__).parent.parent / "node"
_FILES = ("package.json", "package-lock.json", ".npmrc")
_OLDEST = 20


def _name() -> str:
    digest = hashlib.sha256(b"".join((_DECLARED / name).read_bytes() for name in _FILES)).hexdigest()
    return f"node-{digest[:16]}"


def missing() -> str | None:
    """Why its tests are skipped, with the remedy; None when they can run."""
    if (why := _no_node()) is not None:
        return why
    return None if is_cached(_name()) else "the packages of tests/node were not fetched yet: make parts"


def _no_node() -> str | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return f"Node is not on the PATH: install Node {_OLDEST} or newer, with npm"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)", said)
    return None if found and int(found[1]) >= _OLDEST else f"Node {said.strip()} is too old: install {_OLDEST} or newer"


def install() -> None:
    """Raises RuntimeError with what npm said."""
    if (why := _no_node()) is not None:
        raise RuntimeError(why)
    modules()


def modules() -> Path:
    """The folder `node_modules`; fetched when it is not there."""
    return cached(_name(), _fetch) / "node_modules"


def _fetch(folder: Path) -> None:
    for name in _FILES:
        shutil.copy(_DECLARED / name, folder / name)
    done = subprocess.run(["npm", "ci", "--no-progress"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"npm ci failed: {done.stderr[-2000:]}")
