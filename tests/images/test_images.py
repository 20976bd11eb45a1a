"""The images, really built, on a stand-in base (see engine.py): what is in them, and how they run.

`make test-images` runs them, with SERVICES="planner renderer" for some alone. The sizes are left in build/images.json.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from images import container, engine
from images.engine import ROOT, Buildah

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]
SERVICES = os.environ.get("SERVICES", "").split() or sorted(
    lock.parent.name for lock in ROOT.glob("services/*/requirements.lock")
)


@dataclass(frozen=True, slots=True)
class Image:
    service: str
    root: Path
    config: dict[str, Any]

    def run(self, *words: str, entry: bool = True) -> "subprocess.CompletedProcess[str]":
        return container.run(self.root, self.config, *words, entry=entry)

    @property
    def packages(self) -> Path:
        return next((self.root / "app" / "lib").glob("python3.*/site-packages"))


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buildah]:
    if why := engine.missing():
        pytest.skip(why)
    builder = Buildah(tmp_path_factory.mktemp("images"))
    yield builder
    builder.close()


@pytest.fixture(scope="module", params=SERVICES)
def image(request: pytest.FixtureRequest, builder: Buildah) -> Image:
    builder.build(request.param)
    return Image(request.param, builder.mount(request.param), builder.config(request.param))


def test_it_runs_as_nobody_in_particular(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"] == ["/app/bin/service"]  # no shell between the signals and Python
    assert image.config["Healthcheck"]["Test"] == ["CMD", "/app/bin/health"]
    assert image.config["Labels"]["org.opencontainers.image.title"] == f"reelwright-{image.service}"
    assert image.config["Labels"]["org.opencontainers.image.revision"] == "tested"


def test_it_helps_on_a_read_only_root(image: Image) -> None:
    told = image.run("--help")
    assert told.returncode == 0, told.stderr
    assert "usage" in told.stdout.lower()


def test_it_can_write_to_its_scratch_alone(image: Image) -> None:
    script = """
import os, pathlib
print(os.getuid(), os.getgroups(), end=" ")
for place in ("/app", "/etc", "/"):
    try:
        pathlib.Path(place, "probe").touch()
        print("wrote", place)
    except OSError:
        pass
for place in ("/scratch", "/tmp"):
    pathlib.Path(place, "probe").touch()
"""
    assert image.run("python", "-c", script, entry=False).stdout.strip() == "10001 []"


def test_no_library_is_lacking(image: Image) -> None:
    told = image.run("sh", "-c", "find /app -name '*.so*' -type f -exec ldd {} + 2>/dev/null", entry=False)
    assert "libc.so.6" in told.stdout
    assert "not found" not in told.stdout


def test_nothing_is_in_it_that_only_builds(image: Image) -> None:
    for tool in ("gcc", "cc", "make", "git", "uv", "hatchling", "pytest"):
        assert shutil.which(tool, path=":".join(str(image.root / place) for place in ("app/bin", "usr/bin"))) is None
    for place in ("build", "root/.cache", "app/src"):
        assert not (image.root / place).exists()
    assert not list(image.root.glob("app/**/.git"))
    assert not list(image.packages.glob("reelwright*/**/tests"))


def test_the_code_is_installed_and_compiled(image: Image) -> None:
    assert not [path.name for path in image.packages.glob("*.pth") if "reelwright" in path.name]
    sources = list(image.packages.glob("reelwright*/**/*.py"))
    assert any(path.parts[-2].startswith("reelwright_") for path in sources)
    for path in sources:
        assert list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc")), path


def test_its_size_is_written_down(image: Image) -> None:
    """What the image adds to its base, in bytes as a layer is unpacked."""
    folders = sorted(((size(folder), folder.name) for folder in image.packages.iterdir()), reverse=True)
    report = ROOT / "build" / "images.json"
    known = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    known[image.service] = {"app_bytes": size(image.root / "app"), "largest": {name: n for n, name in folders[:6]}}
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert known[image.service]["app_bytes"] < 1_000_000_000


def size(path: Path) -> int:
    return sum(file.lstat().st_size for file in [path, *path.rglob("*")] if not file.is_dir())


def test_a_source_that_changes_leaves_the_dependency_layer(builder: Buildah, tmp_path: Path) -> None:
    context = tmp_path / "context"
    shutil.copytree(ROOT, context, ignore=shutil.ignore_patterns(".*", "build", "docs", "tests", "node_modules"))
    shutil.copy(ROOT / ".dockerignore", context)
    builder.build("planner", context)
    with (context / "services/planner/src/reelwright_planner/__init__.py").open("a") as source:
        source.write(f"# changed {uuid4()}\n")  # as no earlier run did: its layer would be there
    steps = builder.build("planner", context).split("STEP ")
    (dependencies,) = [step for step in steps if "uv pip sync" in step]
    (own,) = [step for step in steps if "hatchling build" in step]
    assert "Using cache" in dependencies
    assert "Using cache" not in own
