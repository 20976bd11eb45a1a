"""The chart as a release in a namespace of the cluster, by Helm."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from cluster.control_plane import ControlPlane
from parts import helm

CHART = Path(__file__).parents[2] / "charts" / "reelwright"
NAME = "rw"
_WITHIN_S = 180
_EVERYBODYS = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}
"""What is in any namespace."""
_PASSING = ("events", "leases", "pods.metrics.k8s.io")


class Release:
    """`values` are files or maps; later ones win."""

    def __init__(self, plane: ControlPlane, namespace: str, *values: Path | Mapping[str, Any]) -> None:
        self.plane = plane
        self.namespace = namespace
        self._values = [word for number, each in enumerate(values) for word in ("--values", self._file(number, each))]

    def _file(self, number: int, values: Path | Mapping[str, Any]) -> str:
        if isinstance(values, Path):
            return str(values)
        path = self.plane.folder / f"{self.namespace}-{number}.yaml"
        path.write_text(yaml.safe_dump(dict(values)), encoding="utf-8")
        return str(path)

    def rendered(self, *more: str) -> str:
        return self._helm("template", NAME, str(CHART), *self._values, *more)

    def install(self) -> None:
        """Its hooks are Jobs, which are waited for."""
        self._helm("install", NAME, str(CHART), *self._values, *_hooks_only())

    def upgrade(self, *more: str) -> None:
        self._helm("upgrade", NAME, str(CHART), *self._values, *more, *_hooks_only())

    def rollback(self, revision: int) -> None:
        self._helm("rollback", NAME, str(revision), *_hooks_only())

    def uninstall(self) -> None:
        self._helm("uninstall", NAME, "--wait")

    def revisions(self) -> list[str]:
        """What became of each, the first one first."""
        history = json.loads(self._helm("history", NAME, "--output", "json"))
        return [str(each["status"]) for each in history]

    def objects(self, kind: str) -> list[dict[str, Any]]:
        words = (kind, "--namespace", self.namespace, "--selector", f"app.kubernetes.io/instance={NAME}")
        found: list[dict[str, Any]] = self.plane.read(*words)["items"]
        return found

    def replicas(self, component: str) -> int:
        """That its Deployment is to have."""
        return int(self._deployment(component)["spec"]["replicas"])

    def image(self, component: str) -> str:
        return str(self._deployment(component)["spec"]["template"]["spec"]["containers"][0]["image"])

    def _deployment(self, component: str) -> dict[str, Any]:
        name = f"{NAME}-reelwright-{component}"
        found: dict[str, Any] = self.plane.read("deployment", name, "--namespace", self.namespace)
        return found

    def rolled_out(self) -> None:
        """Returns when every Deployment has the pods that it is to have, all ready."""
        for each in self.objects("deployments"):
            words = ("rollout", "status", f"deployment/{each['metadata']['name']}", f"--timeout={_WITHIN_S}s")
            self.plane.kubectl(*words, "--namespace", self.namespace)

    def _helm(self, *words: str) -> str:
        command = [str(helm.helm()), "--kubeconfig", str(self.plane.kubeconfig), "--namespace", self.namespace, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=2 * _WITHIN_S)
        assert done.returncode == 0, f"helm {' '.join(words)}: {done.stderr}"
        return done.stdout


def _hooks_only() -> Sequence[str]:
    return ("--wait=hookOnly", f"--timeout={_WITHIN_S}s")


@contextmanager
def namespace(plane: ControlPlane, name: str) -> Iterator[str]:
    """One that lets no pod in which the strictest of the Pod Security Standards forbids."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    try:
        yield name
    finally:
        plane.kubectl("delete", "namespace", name, "--wait=false")


def everything_in(plane: ControlPlane, name: str) -> set[str]:
    """`kind/name` of all that lies in a namespace, but what lies in any and what passes by itself."""
    kinds = plane.kubectl("api-resources", "--namespaced", "--verbs=list,delete", "--output=name").splitlines()
    wanted = ",".join(kind for kind in kinds if not kind.startswith(_PASSING))
    template = "{range .items[*]}{.kind}/{.metadata.name}{'\\n'}{end}"
    found = plane.kubectl("get", wanted, "--namespace", name, "--output", f"jsonpath={template}")
    return set(found.splitlines()) - _EVERYBODYS
