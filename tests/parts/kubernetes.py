"""The control plane of Kubernetes 1.37.2, out of its own module: API server, controller manager and scheduler."""

from pathlib import Path

from parts import golang

VERSION = "1.37.2"
NAME = f"kubernetes-{VERSION}"
_LOCK = Path(__file__).parent / "go" / "kubernetes"
"""Made anew with `go mod tidy` in it; what it replaces, Kubernetes' own go.mod replaces by folders of its tree."""
_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_SAYS = "k8s.io/component-base/version"


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    programs()


def programs() -> Path:
    """The folder that they are in."""
    major, minor, _ = VERSION.split(".")
    said = {"gitVersion": f"v{VERSION}", "gitMajor": major, "gitMinor": minor}
    link = " ".join(f"-X {_SAYS}.{name}={value}" for name, value in said.items())
    return golang.locked(NAME, _LOCK, [f"k8s.io/kubernetes/cmd/{name}" for name in _PROGRAMS], link=link)
