"""A control plane of Kubernetes on loopback: etcd, API server, controller manager and scheduler as processes.

Nodes are played by KWOK: their pods become ready and run nothing, pods of Jobs end well, and deleted pods go.
"""

import base64
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import yaml
from cluster.api import Api
from parts import children, etcd, helm, kubernetes, kwok
from parts.certificates import Authority, Issued
from parts.ports import free_port

NODES = 3
_START_S = 90.0
_LOOK_S = 0.2
_SERVICES = "10.96.0.0/16"
_NAMES = ("localhost", "kubernetes.default.svc")
_ROOM = {"cpu": "32", "memory": "256Gi", "pods": "110", "nvidia.com/gpu": "4"}
_ZONE = "topology.kubernetes.io/zone"


class ControlPlane:
    """Started and stopped as a whole. `kubeconfig` is the administrator's. Without `nodes` somebody else plays them."""

    def __init__(self, folder: Path, *, nodes: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._nodes = nodes
        self.port = free_port()
        self._authority = Authority(folder)
        self._server = self._authority.issue("kube-apiserver", hosts=_NAMES)
        self._front = self._authority.issue("front-proxy-client")
        self._accounts = self._authority.issue("service-accounts")
        self.administrator = self._authority.issue("admin", organisation="system:masters")
        self.kubeconfig = self._config("admin", self.administrator)
        self._started: list[tuple[str, subprocess.Popen[bytes]]] = []

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def issue(self, name: str) -> tuple[Issued, Path]:
        """A certificate for a server here, and that of its authority."""
        return self._authority.issue(name), self._authority.certificate

    def api(self) -> AbstractAsyncContextManager[Api]:
        """For a program of the administrator's."""
        issued = self.administrator
        return Api.open(self.address, self._authority.certificate, issued.certificate, issued.key)

    def _config(self, name: str, issued: Issued) -> Path:
        """A kubeconfig of this user."""
        cluster = {"server": self.address, "certificate-authority-data": _base64(self._authority.certificate)}
        user = {"client-certificate-data": _base64(issued.certificate), "client-key-data": _base64(issued.key)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": name}}],
            "current-context": "here",
        }
        path = issued.certificate.with_suffix(".kubeconfig")
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        return path

    def start(self) -> None:
        etcd_port = self._start_etcd()
        self._start_api_server(etcd_port)
        self.until(lambda: self.kubectl("get", "--raw", "/readyz", check=False) == "ok", "the API server is ready")
        self._start_managers()
        if self._nodes:
            self._start_nodes()

    def launch(self, name: str, command: Sequence[str | Path], **env: str) -> None:
        """Start a program beside it, that is stopped before it."""
        known = {"KUBECONFIG": str(self.kubeconfig), **env}
        process = children.start(command, log=self.folder / f"{name}.log", env=known)
        self._started.append((name, process))

    def stop(self) -> None:
        """In the opposite order: the API server before etcd, without which it would not end."""
        while self._started:
            children.end(self._started.pop()[1])

    def kubectl(self, *words: str, given: str | None = None, check: bool = True) -> str:
        """What it printed, without spaces around it. Raises AssertionError with what it said when it fails."""
        command = [str(helm.kubectl()), "--kubeconfig", str(self.kubeconfig), *words]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=180)
        assert not check or done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def read(self, *words: str) -> Any:
        """What `kubectl get` finds."""
        return json.loads(self.kubectl("get", *words, "--output", "json"))

    def apply(self, *objects: Any) -> None:
        """On the server's side, since definitions of resources are too large for kubectl's notes of them."""
        self.kubectl("apply", "--server-side", "--filename", "-", given=yaml.safe_dump_all(objects))

    def until(self, holds: Callable[[], object], what: str, *, within_s: float = _START_S) -> None:
        """Returns once it holds. Raises AssertionError when it does not in time, or when a program has ended."""
        until_s = time.monotonic() + within_s
        while not holds():
            for name, process in self._started:
                assert process.poll() is None, f"{name} ended: {self.log(name)}"
            assert time.monotonic() < until_s, f"not within {within_s:.0f} s: {what}"
            time.sleep(_LOOK_S)  # between two looks

    def log(self, name: str, lines: int = 20) -> str:
        """The end of what a program said."""
        text = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _start_etcd(self) -> int:
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        words = [
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]
        self.launch("etcd", [etcd.program(), *words])
        return int(client.rpartition(":")[2])

    def _start_api_server(self, etcd_port: int) -> None:
        authority = self._authority.certificate
        words = [
            f"--etcd-servers=http://127.0.0.1:{etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.port}",
            f"--cert-dir={self.folder}",
            f"--tls-cert-file={self._server.certificate}",
            f"--tls-private-key-file={self._server.key}",
            f"--client-ca-file={authority}",
            f"--service-account-key-file={self._accounts.certificate}",
            f"--service-account-signing-key-file={self._accounts.key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-cluster-ip-range={_SERVICES}",
            "--authorization-mode=RBAC",
            # Else it refuses privileged pods by itself, before the namespace's Pod Security level is asked.
            "--allow-privileged",
            # What follows is for APIs that others serve: KEDA's metrics.
            f"--requestheader-client-ca-file={authority}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            f"--proxy-client-cert-file={self._front.certificate}",
            f"--proxy-client-key-file={self._front.key}",
        ]
        self.launch("kube-apiserver", [kubernetes.programs() / "kube-apiserver", *words])

    def _start_managers(self) -> None:
        accounts = [
            f"--service-account-private-key-file={self._accounts.key}",
            f"--root-ca-file={self._authority.certificate}",
            "--use-service-account-credentials",
        ]
        self._start_manager("kube-controller-manager", *accounts)
        self._start_manager("kube-scheduler")

    def _start_manager(self, name: str, *more: str) -> None:
        """Known to the API server by a name that has the rights it needs."""
        config = self._config(f"system:{name}", self._authority.issue(f"system:{name}"))
        words = [
            *(f"--{word}={config}" for word in ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")),
            "--bind-address=127.0.0.1",
            f"--secure-port={free_port()}",
            f"--cert-dir={self.folder}",
            "--leader-elect=false",
        ]
        self.launch(name, [kubernetes.programs() / name, *words, *more])

    def _start_nodes(self) -> None:
        words = [
            f"--kubeconfig={self.kubeconfig}",
            "--manage-all-nodes=true",
            "--node-lease-duration-seconds=40",
            f"--server-address=127.0.0.1:{free_port()}",
            *(f"--config={path}" for path in kwok.stages()),
        ]
        self.launch("kwok", [kwok.program(), *words])
        self.kubectl("create", "--filename", "-", given=yaml.safe_dump_all(map(_node, range(NODES))))
        self.until(self._nodes_are_ready, "the nodes are ready")

    def _nodes_are_ready(self) -> bool:
        ready = '{.items[*].status.conditions[?(@.type=="Ready")].status}'
        return self.kubectl("get", "nodes", "--output", f"jsonpath={ready}").split() == ["True"] * NODES


def _node(number: int) -> dict[str, Any]:
    """Large enough for everything, each in a zone of its own."""
    name = f"node-{number}"
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", _ZONE: f"zone-{number}"}
    status = {"allocatable": _ROOM, "capacity": _ROOM}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "status": status}


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
