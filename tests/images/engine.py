"""A builder of images that needs no engine and no registry: Debian's buildah, in a folder of its own.

Its base image is a stand-in made from Debian's packages, since no published one can be had offline: what is shown with
it holds for the Dockerfile, not for the published base's own contents.
"""

import json
import os
import platform
import shutil
import ssl
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

from parts.cache import cached

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = "localhost/stand-in-for-python-slim:debian-bookworm"

_TOOLS = (
    "buildah", "mmdebstrap", "patchelf", "libgpgme11", "libsubid4", "golang-github-containers-common",
    "golang-github-containers-image",
)  # fmt: skip
_BASE_PACKAGES = "python3,python3-venv,ca-certificates"


def missing() -> str | None:
    """Why images cannot be built here, with the remedy; None when they can."""
    lacking = [tool for tool in ("apt-get", "dpkg", "perl", "unshare") if shutil.which(tool) is None]
    if lacking or "bookworm" not in platform.freedesktop_os_release().get("VERSION_CODENAME", ""):
        return "building images without an engine needs Debian 12: build them with docker instead (docker/README.md)"
    return None if os.geteuid() == 0 else "building images without an engine needs root: run make test-images as root"


def tools() -> Path:
    """Debian's packages of the builder, unpacked; nothing of the machine is changed."""
    return cached("buildah-1.28-bookworm", _unpack_tools)


def _unpack_tools(folder: Path) -> None:
    if subprocess.run(["apt-get", "download", "-qq", *_TOOLS], cwd=folder, check=False).returncode:
        _call("apt-get", "update", "-qq")
        _call("apt-get", "download", "-qq", *_TOOLS, cwd=folder)
    for package in folder.glob("*.deb"):
        _call("dpkg", "-x", package, folder)
        package.unlink()
    libraries = next(folder.glob("usr/lib/*-linux-gnu"))
    _call(folder / "usr/bin/patchelf", "--set-rpath", libraries, folder / "usr/bin/buildah")


def stand_in_files() -> Path:
    """A tar of the stand-in base: Debian with its Python."""
    return cached("stand-in-base-bookworm", _bootstrap) / "rootfs.tar"


def _bootstrap(folder: Path) -> None:
    options = ["--quiet", "--mode=root", "--variant=minbase", f"--include={_BASE_PACKAGES}"]
    _call("perl", tools() / "usr/bin/mmdebstrap", *options, "bookworm", folder / "rootfs.tar")


def _call(*command: str | Path, cwd: Path | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{' '.join(words[:4])}: {done.stdout[-6000:]}"
    return done.stdout


class Buildah:
    """The builder, with its images in `folder`. Call `close` before the folder is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = tools()
        self._secrets = _secrets(folder)

    def build(self, service: str, context: Path = ROOT) -> str:
        """Build a service's image as docker/README.md says; what the builder wrote."""
        return self._run(
            "bud", *self._policy, "--format=docker", "--layers", "--pull-never", *self._secrets,
            f"--build-arg=BASE={self._base}", f"--build-arg=SERVICE={service}", "--build-arg=REVISION=tested",
            "-f", context / "docker/python.Dockerfile", "-t", f"localhost/reelwright-{service}", context,
        )  # fmt: skip

    def config(self, service: str) -> dict[str, Any]:
        text = self._run("inspect", "--type=image", f"localhost/reelwright-{service}")
        config: dict[str, Any] = json.loads(text)["Docker"]["config"]
        return config

    def mount(self, service: str) -> Path:
        """The image's files, until `close`."""
        container = self._run("from", *self._policy, "--pull-never", f"localhost/reelwright-{service}").strip()
        return Path(self._run("mount", container).strip())

    def close(self) -> None:
        self._run("umount", "--all")
        self._run("rm", "--all")
        shutil.rmtree(self._folder / "store", ignore_errors=True)

    @cached_property
    def _base(self) -> str:
        self._run("from", "--name=base", "scratch")
        self._run("add", "--quiet", "base", stand_in_files(), "/")
        self._run("config", "--env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "base")
        self._run("commit", *self._policy, "--quiet", "--rm", "base", STAND_IN)
        return STAND_IN

    @property
    def _policy(self) -> list[str | Path]:
        return ["--signature-policy", self._root / "etc/containers/policy.json"]

    def _run(self, *arguments: str | Path) -> str:
        places = [f"--root={self._folder / 'store'}", f"--runroot={self._folder / 'run'}"]
        command = ["env", *self._environment, self._root / "usr/bin/buildah", *places, *arguments]
        return _call(*command)

    @property
    def _environment(self) -> list[str]:
        return [
            "BUILDAH_ISOLATION=chroot",
            f"TMPDIR={self._folder}",
            f"CONTAINERS_CONF={self._root / 'usr/share/containers/containers.conf'}",
            f"CONTAINERS_REGISTRIES_CONF={self._root / 'etc/containers/registries.conf'}",
        ]


def _secrets(folder: Path) -> list[str]:
    """This machine's certificates and index for the build, as whoever stands behind a proxy or a mirror gives them."""
    given = []
    bundle = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if bundle and Path(bundle).exists():
        given.append(f"--secret=id=ca_bundle,src={bundle}")
    if index := os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL"):
        (folder / "index_url").write_text(index, encoding="utf-8")
        given.append(f"--secret=id=index_url,src={folder / 'index_url'}")
    return given
