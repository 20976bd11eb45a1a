"""`make k8s-up`: a development cluster with everything on it, by kind, or the one that CONTEXT names.

Operators (k8s/operators.yaml), broker, tables and bucket (k8s/dev), the images of this tree, and the chart with
charts/reelwright/ci/kind-values.yaml. Each step may be done again; `make k8s-down` removes the kind cluster.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from tools.first_video import how_to_begin

ROOT = Path(__file__).resolve().parent.parent
NAMESPACE = "reelwright"
CLUSTER = "reelwright"
VALUES = "charts/reelwright/ci/kind-values.yaml"
NEEDED = {
    "kubectl": ("version", "--client"),
    "helm": ("version",),
    "kind": ("version",),
    "docker": ("info",),
}
"""The programs, and with what words each shows that it works."""
_SECRETS: Mapping[str, Mapping[str, int]] = {
    "reelwright-gateway": {"secret": 32},
    "reelwright-s3": {"access-key-id": 10, "secret-access-key": 20},
}
"""Secrets that are made where they are missing: their keys, with how many random bytes."""


def main() -> int:
    context = os.environ.get("CONTEXT", "")
    what = sys.argv[1]
    if why := lacking(context):
        print(f"make k8s-{what} needs kubectl, helm, kind and a Docker engine: {why}.", file=sys.stderr)
        print(
            "With CONTEXT=... it uses that cluster instead of kind's, and the images that REGISTRY=... holds.",
            file=sys.stderr,
        )
        return 2
    if what == "down":
        return run("kind", "delete", "cluster", "--name", CLUSTER).returncode
    try:
        up(context or f"kind-{CLUSTER}", registry=os.environ.get("REGISTRY", ""), own=not context)
    except subprocess.CalledProcessError as error:
        print(f"It ended at: {' '.join(error.cmd)}\nOnce that is mended: make k8s-{what} again.", file=sys.stderr)
        return 1
    return 0


def lacking(context: str) -> str | None:
    """What is not there, or does not work; None when all of it is."""
    wanted = [name for name in NEEDED if not context or name not in ("kind", "docker")]
    for name in wanted:
        if shutil.which(name) is None:
            return f"there is no {name} command"
        if subprocess.run([name, *NEEDED[name]], capture_output=True, check=False).returncode:
            return f"`{name} {' '.join(NEEDED[name])}` fails"
    if context and not os.environ.get("REGISTRY"):
        return "CONTEXT is set and REGISTRY is not, so there are no images for it"
    return None


def up(context: str, *, registry: str, own: bool) -> None:
    """Raises CalledProcessError at the first step that fails."""
    if own and CLUSTER not in said("kind", "get", "clusters").split():
        run("kind", "create", "cluster", "--config", "k8s/kind.yaml", "--wait", "5m", check=True)
    for operator in operators():
        run(*install(operator, context), check=True, given=json.dumps(operator["values"]))
    kubectl = ("kubectl", "--context", context)
    run(*kubectl, "apply", "-f", "k8s/dev/namespace.yaml", check=True)
    make_secrets(kubectl)
    run(*kubectl, "apply", "-k", "k8s/dev", check=True)
    run(*kubectl, "-n", NAMESPACE, "wait", "kafka/kafka", "--for=condition=Ready", "--timeout=10m", check=True)
    for name in ("dynamodb", "s3"):
        run(*kubectl, "-n", NAMESPACE, "rollout", "status", f"statefulset/{name}", "--timeout=5m", check=True)
    if own:
        load_images()
    run(*release(context, registry), check=True)
    print(how_to_begin("http://127.0.0.1:8080", key(kubectl), others={}, end=_END))


_END = """Grafana: kubectl -n monitoring port-forward svc/monitoring-grafana 3000:80
make k8s-down removes the cluster and all that it holds."""


def operators() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "k8s" / "operators.yaml").read_text(encoding="utf-8"))
    return found


def install(operator: Mapping[str, Any], context: str) -> list[str]:
    """The command that installs or upgrades an operator; its values are read from standard input."""
    where = ["--repo", operator["repository"]] if "repository" in operator else []
    into = ["--namespace", operator["namespace"], "--create-namespace", "--kube-context", context]
    named = [operator["name"], operator["chart"], *where, "--version", operator["version"]]
    return ["helm", "upgrade", "--install", *named, *into, "--values", "-", "--wait", "--timeout", "10m"]


def release(context: str, registry: str) -> list[str]:
    """The command that installs or upgrades Reelwright itself."""
    image = ["--set", f"image.registry={registry}"] if registry else []
    into = ["--namespace", NAMESPACE, "--kube-context", context]
    return ["helm", "upgrade", "--install", "rw", "charts/reelwright", "--values", VALUES, *image, *into,
            "--wait", "--timeout", "15m"]  # fmt: skip


def make_secrets(kubectl: Sequence[str]) -> None:
    """Those that are missing; what is there is kept, since data is signed and stored by it."""
    for name, keys in _SECRETS.items():
        if said(*kubectl, "-n", NAMESPACE, "get", "secret", name, "--ignore-not-found", "-o", "name"):
            continue
        data = {key: secrets.token_hex(length) for key, length in keys.items()}
        made = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
        run(*kubectl, "-n", NAMESPACE, "apply", "-f", "-", check=True, given=json.dumps(made))


def load_images() -> None:
    """Builds the images under the name that the chart's values have for them, and puts them into kind's nodes."""
    image = yaml.safe_load((ROOT / VALUES).read_text(encoding="utf-8"))["image"]
    env = {"REGISTRY": image["registry"], "TAG": image["tag"]}
    run("make", "images", check=True, env=env)
    names = [f"{image['registry']}/reelwright-{name}:{image['tag']}" for name in images()]
    run("kind", "load", "docker-image", "--name", CLUSTER, *names, check=True)


def images() -> Iterator[str]:
    """The images that the chart's rendered example needs, without registry, prefix and tag."""
    rendered = (ROOT / "charts/reelwright/ci/rendered/kind.yaml").read_text(encoding="utf-8")
    yield from sorted(set(re.findall(r"image: \S+/reelwright-([a-z-]+):", rendered)))


def key(kubectl: Sequence[str]) -> str:
    """A new API key, made by the command in a pod that may reach the director."""
    made = run(*kubectl, *key_pod(), check=True, stdout=subprocess.PIPE)
    return made.stdout.strip()


def key_pod() -> list[str]:
    """kubectl's words for a pod that prints a key: as the check's, whose labels open the director's NetworkPolicy."""
    rendered = yaml.safe_load_all((ROOT / "charts/reelwright/ci/rendered/kind.yaml").read_text(encoding="utf-8"))
    (check,) = (each for each in rendered if each["kind"] == "Job" and each["metadata"]["name"].endswith("-check"))
    pod = check["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    create = ["reelwright", "ops", "keys", "create", "--tenant", "local", "--user", "me", "--label", "k8s-up"]
    overrides = {"spec": {**pod, "restartPolicy": "Never", "containers": [{**container, "command": create}]}}
    labels = {**check["spec"]["template"]["metadata"]["labels"], "app.kubernetes.io/managed-by": "kubectl"}
    wanted = ",".join(f"{name}={value}" for name, value in labels.items())
    return ["-n", NAMESPACE, "run", "reelwright", "--rm", "--stdin", "--quiet", "--restart=Never",
            f"--image={container['image']}", f"--labels={wanted}", f"--overrides={json.dumps(overrides)}"]  # fmt: skip


def said(*command: str) -> str:
    """What a command printed. Raises CalledProcessError."""
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def run(
    *command: str,
    check: bool = False,
    given: str | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | None = None,
) -> "subprocess.CompletedProcess[str]":
    print(f"+ {' '.join(command)}"[:200], file=sys.stderr)
    all_env = {**os.environ, **(env or {})}
    return subprocess.run(command, cwd=ROOT, check=check, text=True, input=given, env=all_env, stdout=stdout)


if __name__ == "__main__":
    sys.exit(main())
