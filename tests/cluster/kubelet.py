"""A stand-in for the kubelet of one node: runs the processes of pods on this machine, where no container engine is.

Each pod has a loopback address of its own (127.1.x.y), which stands for its network: what would listen on all addresses
of a pod listens on that one. It has the names of the cluster's services in its /etc/hosts, in a mount namespace of its
own; that takes root. It runs as root too, with this machine's file system, and is held to no limits.
"""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cluster.api import Api
from parts import children

NODE = "processes"
_LOOK_S = 0.3
_HEARTBEAT_S = 10.0
_ANY = "0.0.0.0"
_ENTER = 'mount --bind "$HOSTS" /etc/hosts && exec "$@"'
_BIN = Path(sys.executable).parent
Object = dict[str, Any]


@dataclass
class Pod:
    """What runs of one pod, and what was last said of it."""

    uid: str
    name: str
    namespace: str
    labels: Mapping[str, str]
    spec: Object
    address: str
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None
    ready: bool = False
    deleted: bool = False
    grace_s: float = 30.0
    restarts: int = 0

    @property
    def container(self) -> Object:
        (only,) = self.spec["containers"]
        return dict(only)

    @property
    def is_job(self) -> bool:
        return bool(self.spec["restartPolicy"] != "Always")


class Kubelet:
    """`run` it beside what uses it. `folder` keeps each pod's log and scratch."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api = api
        self.folder = folder
        self._hosts = folder / "hosts"
        self._hosts.write_text("127.0.0.1 localhost\n", encoding="ascii")
        self._pods: dict[str, Pod] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._addresses = (f"127.1.{high}.{low}" for high in range(1, 255) for low in range(1, 255))
        self._last_beat_s = 0.0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """While the block lasts; all processes end with it."""
        await self._api.create("/api/v1/nodes", _node())
        await self._beat()
        looking = asyncio.create_task(self._run())
        try:
            yield
        finally:
            looking.cancel()
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(looking, *self._tasks.values(), return_exceptions=True)
            for pod in self._pods.values():
                if pod.process is not None:
                    children.kill(pod.process)

    def logs(self, component: str) -> list[Path]:
        """Of every pod that there ever was."""
        return sorted(self.folder.glob(f"*-reelwright-{component}-*/log"))

    def ready(self, component: str) -> list[str]:
        """The addresses of its pods that may be called."""
        return sorted(pod.address for pod in self._chosen({"app.kubernetes.io/component": component}))

    async def _run(self) -> None:
        while True:
            if time.monotonic() - self._last_beat_s > _HEARTBEAT_S:
                await self._beat()
            await self._look()
            await asyncio.sleep(_LOOK_S)

    async def _look(self) -> None:
        """At the pods that are this node's, and at who is where."""
        listed = await self._api.list(f"/api/v1/pods?fieldSelector=spec.nodeName={NODE}")
        for found in listed:
            uid = found["metadata"]["uid"]
            if uid not in self._pods:
                self._pods[uid] = self._taken(found)
                self._tasks[uid] = asyncio.create_task(self._live(self._pods[uid]))
            if "deletionTimestamp" in found["metadata"]:
                self._pods[uid].grace_s = found["metadata"].get("deletionGracePeriodSeconds", 30)
                self._pods[uid].deleted = True
        for uid in set(self._pods) - {found["metadata"]["uid"] for found in listed}:
            self._pods[uid].deleted = True
        for uid in [uid for uid, task in self._tasks.items() if task.done()]:
            self._tasks.pop(uid).result()
        await self._write_hosts()

    def _taken(self, found: Object) -> Pod:
        meta = found["metadata"]
        folder = self.folder / meta["name"]
        folder.mkdir(exist_ok=True)
        return Pod(
            meta["uid"], meta["name"], meta["namespace"], meta["labels"], found["spec"], next(self._addresses), folder
        )

    async def _live(self, pod: Pod) -> None:
        """From its start to its end."""
        env = await self._environment(pod)
        self._start(pod, env)
        told = ""
        while not pod.deleted:
            assert pod.process is not None
            code = pod.process.poll()
            if code is not None and pod.is_job:
                await self._tell(pod, "Succeeded" if code == 0 else "Failed", ready=False, code=code)
                return
            if code is not None:
                pod.restarts += 1
                self._start(pod, env)
            pod.ready = code is None and await self._is_ready(pod)
            now = f"{pod.ready} {pod.restarts}"
            if now != told:
                await self._tell(pod, "Running", ready=pod.ready)
                told = now
            await asyncio.sleep(_LOOK_S)
        await self._end(pod)

    def _start(self, pod: Pod, env: Mapping[str, str]) -> None:
        container = pod.container
        words = [_expanded(word, env) for word in [*container.get("command", ()), *container.get("args", ())]]
        program = shutil.which(words[0], path=str(_BIN)) or words[0]
        entering = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "sh", program, *words[1:]]
        pod.process = children.start(
            entering, log=pod.folder / "log", env={**env, "HOSTS": str(self._hosts)}, cwd=pod.folder
        )

    async def _end(self, pod: Pod) -> None:
        """SIGTERM, and SIGKILL once its grace is over; then the pod is gone."""
        assert pod.process is not None
        if pod.process.poll() is None:
            pod.process.terminate()
            until_s = time.monotonic() + pod.grace_s
            while pod.process.poll() is None and time.monotonic() < until_s:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(_LOOK_S)
            children.kill(pod.process)
        await self._api.delete(f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}", uid=pod.uid)

    async def _is_ready(self, pod: Pod) -> bool:
        probe = pod.container.get("readinessProbe")
        if probe is None:
            return True
        port = _port(pod.container, probe["httpGet"]["port"])
        try:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
                answer = await client.get(f"http://{pod.address}:{port}{probe['httpGet']['path']}")
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def _tell(self, pod: Pod, phase: str, *, ready: bool, code: int | None = None) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        running = {"running": {"startedAt": now}}
        over = {"terminated": {"exitCode": code, "startedAt": now, "finishedAt": now, "reason": "Completed"}}
        container = {
            "name": pod.container["name"],
            "image": pod.container["image"],
            "imageID": pod.container["image"],
            "ready": ready,
            "started": code is None,
            "restartCount": pod.restarts,
            "state": running if code is None else over,
        }
        truth = "True" if ready else "False"
        kinds = {"PodScheduled": "True", "Initialized": "True", "ContainersReady": truth, "Ready": truth}
        conditions = [{"type": kind, "status": status, "lastTransitionTime": now} for kind, status in kinds.items()]
        status = {
            "phase": phase,
            "podIP": pod.address,
            "podIPs": [{"ip": pod.address}],
            "hostIP": "127.0.0.1",
            "startTime": now,
            "conditions": conditions,
            "containerStatuses": [container],
        }
        path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/status"
        await self._api.patch(path, {"metadata": {"uid": pod.uid}, "status": status})

    async def _environment(self, pod: Pod) -> dict[str, str]:
        """The image's own words of it, then what the pod says, with the pod's address for all addresses."""
        env = {
            "PATH": f"{_BIN}:/usr/bin:/bin",
            "HOME": str(pod.folder),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "REELWRIGHT_SERVICE_GRPC_ADDRESS": f"{_ANY}:50051",
        }
        for source in pod.container.get("envFrom", ()):
            env |= (await self._object(pod, "configmaps", source["configMapRef"]["name"]))["data"]
        for variable in pod.container.get("env", ()):
            env[variable["name"]] = _expanded(await self._value(pod, variable), env)
        return {
            name: text.replace("/scratch", str(pod.folder)).replace(_ANY, pod.address) for name, text in env.items()
        }

    async def _value(self, pod: Pod, variable: Object) -> str:
        if "valueFrom" not in variable:
            return str(variable.get("value", ""))
        (kind, source), *_ = variable["valueFrom"].items()
        if kind == "secretKeyRef":
            return self._api.secret(await self._object(pod, "secrets", source["name"]), source["key"])
        known = {"status.podIP": pod.address, "metadata.name": pod.name, "metadata.namespace": pod.namespace}
        return known[source["fieldPath"]]

    async def _object(self, pod: Pod, kind: str, name: str) -> Object:
        return await self._api.get(f"/api/v1/namespaces/{pod.namespace}/{kind}/{name}")

    async def _write_hosts(self) -> None:
        """In place, since it is mounted. By the selectors: Kubernetes takes no loopback address for an endpoint."""
        lines = {"127.0.0.1 localhost"}
        for service in await self._api.list("/api/v1/services"):
            selector = service["spec"].get("selector")
            if selector:
                lines |= {f"{pod.address} {_names(service)}" for pod in self._chosen(selector)}
        text = "\n".join(sorted(lines)) + "\n"
        if text != self._hosts.read_text(encoding="ascii"):
            self._hosts.write_text(text, encoding="ascii")

    def _chosen(self, selector: Mapping[str, str]) -> list[Pod]:
        """The pods that a service sends its callers to."""
        return [
            pod
            for pod in self._pods.values()
            if pod.ready and not pod.deleted and selector.items() <= pod.labels.items()
        ]

    async def _beat(self) -> None:
        """The node lives and is ready."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
        room = {"cpu": "64", "memory": "256Gi", "pods": "110"}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now[:19] + "Z"}
        status = {"status": {"conditions": [ready], "capacity": room, "allocatable": room}}
        await self._api.patch(f"/api/v1/nodes/{NODE}/status", status)
        lease = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": NODE, "namespace": "kube-node-lease"},
            "spec": {"holderIdentity": NODE, "leaseDurationSeconds": 40, "renewTime": now},
        }
        await self._api.put("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", lease)
        self._last_beat_s = time.monotonic()


def _node() -> Object:
    labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}


def _port(container: Object, port: str | int) -> int:
    named = {each["name"]: each["containerPort"] for each in container.get("ports", ())}
    return int(named.get(port, port))


def _expanded(text: str, env: Mapping[str, str]) -> str:
    """$(NAME) as Kubernetes means it."""
    for name, value in env.items():
        text = text.replace(f"$({name})", value)
    return text


def _names(service: Object) -> str:
    """What its callers may call it."""
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    return " ".join(
        f"{name}{tail}" for tail in ("", f".{namespace}", f".{namespace}.svc", f".{namespace}.svc.cluster.local")
    )
