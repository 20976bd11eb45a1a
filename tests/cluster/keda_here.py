"""KEDA beside the control plane: its operator, its metrics adapter, and the API that the autoscaler asks."""

import shutil
from pathlib import Path

from cluster.control_plane import ControlPlane
from parts import keda
from parts.ports import free_port

NAMESPACE = "keda"
_API = "v1beta1.external.metrics.k8s.io"
_WHERE = {"WATCH_NAMESPACE": "", "POD_NAMESPACE": NAMESPACE, "KEDA_CLUSTER_OBJECT_NAMESPACE": NAMESPACE}
"""It looks at all namespaces, and lives in its own."""


def start(plane: ControlPlane) -> None:
    """Returns when the autoscaler can ask for metrics."""
    certificates, serving = _certificates(plane), free_port()
    metrics_service = f"localhost:{free_port()}"
    plane.apply(*_objects(serving))
    operator, adapter = (keda.programs() / name for name in ("operator", "adapter"))
    plane.launch("keda-operator", [operator, *_operator(certificates, metrics_service)], **_WHERE)
    plane.launch("keda-adapter", [adapter, *_adapter(plane, certificates, serving, metrics_service)], **_WHERE)
    plane.until(lambda: _is_available(plane), "KEDA's metrics are served")


def _certificates(plane: ControlPlane) -> Path:
    """The folder with the names that both look for."""
    folder = plane.folder / "keda"
    folder.mkdir()
    issued, authority = plane.issue("keda")
    shutil.copyfile(authority, folder / "ca.crt")
    shutil.copyfile(issued.certificate, folder / "tls.crt")
    shutil.copyfile(issued.key, folder / "tls.key")
    return folder


def _operator(certificates: Path, metrics_service: str) -> list[str]:
    return [
        f"--cert-dir={certificates}",
        f"--metrics-service-bind-address={metrics_service}",
        f"--metrics-bind-address=127.0.0.1:{free_port()}",
        f"--health-probe-bind-address=127.0.0.1:{free_port()}",
        "--enable-apiservice-patching=false",
        "--enable-webhook-patching=false",
        "--leader-elect=false",
    ]


def _adapter(plane: ControlPlane, certificates: Path, serving: int, metrics_service: str) -> list[str]:
    configs = ("lister-kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")
    return [
        *(f"--{word}={plane.kubeconfig}" for word in configs),
        "--bind-address=127.0.0.1",
        f"--secure-port={serving}",
        f"--port={free_port()}",
        f"--cert-dir={certificates}",
        f"--tls-cert-file={certificates / 'tls.crt'}",
        f"--tls-private-key-file={certificates / 'tls.key'}",
        f"--metrics-service-address={metrics_service}",
    ]


def _objects(serving: int) -> list[dict[str, object]]:
    """The adapter is reached on this machine's own name, since nobody forwards a service's address here."""
    name = "keda-metrics-apiserver"
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": serving}]},
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": _API},
            "spec": {
                "service": {"name": name, "namespace": NAMESPACE, "port": serving},
                "group": "external.metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
            },
        },
    ]


def _is_available(plane: ControlPlane) -> bool:
    path = '{.status.conditions[?(@.type=="Available")].status}'
    return plane.kubectl("get", "apiservice", _API, "--output", f"jsonpath={path}") == "True"
