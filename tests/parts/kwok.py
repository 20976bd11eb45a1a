"""KWOK, which plays the kubelets of nodes that are not there: pods become ready, Jobs' pods end, deleted pods go."""

import shutil
from pathlib import Path

from parts import golang

VERSION = "0.8.0"
NAME = f"kwok-{VERSION}"
_MODULE = "sigs.k8s.io/kwok"
_STAGES = ("node/fast", "node/heartbeat-with-lease", "pod/fast")
"""What happens to a node and to a pod, as KWOK's authors ship it."""


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    program()


def program() -> Path:
    return _folder() / "kwok"


def stages() -> list[Path]:
    """What KWOK is to be told by `--config`."""
    return sorted((_folder() / "stages").iterdir())


def _folder() -> Path:
    return golang.from_sources(NAME, _MODULE, f"v{VERSION}", ["cmd/kwok"], prepare=_keep_stages)


def _keep_stages(sources: Path, folder: Path) -> None:
    (folder / "stages").mkdir()
    for stage in _STAGES:
        for path in (sources / "kustomize" / "stage" / stage).glob("*.yaml"):
            if path.name != "kustomization.yaml":
                shutil.copyfile(path, folder / "stages" / f"{stage.replace('/', '-')}-{path.name}")
