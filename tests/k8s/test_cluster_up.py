"""`make k8s-up` names what it lacks, and gives kind, kubectl and helm the right words in the right order."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from charts.charts import ROOT
from tools.cluster_up import images, key_pod, operators

_PROGRAM = """#!{python}
import json, os, sys
from pathlib import Path

words = [Path(sys.argv[0]).name, *sys.argv[1:]]
given = sys.stdin.read() if "-" in words else ""
with open(os.environ["LOG"], "a") as log:
    log.write(json.dumps([words, given]) + "\\n")
if words[0] == os.environ.get("FAILS", "").split(" ")[0] and os.environ["FAILS"] in " ".join(words):
    sys.exit(1)
if "run" in words and words[0] == "kubectl":
    print("rw_key")
if "get" in words and "secret" in words and os.environ.get("HAS_SECRETS"):
    print("secret/there")
"""
"""Stands in for the real programs: writes down what it was told."""


class Machine:
    """A PATH with nothing on it but stand-ins."""

    def __init__(self, folder: Path, *programs: str) -> None:
        self._bin = folder / "bin"
        self._log = folder / "log"
        self._bin.mkdir()
        for name in programs:
            path = self._bin / name
            path.write_text(_PROGRAM.format(python=sys.executable), encoding="utf-8")
            path.chmod(0o755)

    def make(self, what: str, **env: str) -> "subprocess.CompletedProcess[str]":
        settings = {"PATH": str(self._bin), "LOG": str(self._log), "PYTHONPATH": str(ROOT), **env}
        command = [sys.executable, "-m", "tools.cluster_up", what]
        return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)

    def told(self) -> list[tuple[str, str]]:
        """Each command in its order, and what it was given."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        return [(" ".join(words), given) for words, given in map(json.loads, lines)]


ALL = ("docker", "helm", "kind", "kubectl", "make")


def index(told: list[tuple[str, str]], *words: str) -> int:
    (found,) = (place for place, (command, _) in enumerate(told) if all(word in command for word in words))
    return found


@pytest.mark.parametrize("lacks", ["docker", "helm", "kind", "kubectl"])
def test_what_is_not_there_is_named(lacks: str, tmp_path: Path) -> None:
    done = Machine(tmp_path, *(name for name in ALL if name != lacks)).make("up")
    assert done.returncode == 2
    assert f"there is no {lacks} command" in done.stderr


def test_an_engine_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = Machine(tmp_path, *ALL).make("up", FAILS="docker info")
    assert done.returncode == 2
    assert "`docker info` fails" in done.stderr


def test_everything_comes_up_in_order_and_a_key_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path, *ALL)
    done = machine.make("up")
    assert (done.returncode, "rw_key" in done.stdout) == (0, True), done.stderr
    told = machine.told()
    order = [
        index(told, "kind create cluster", "--config k8s/kind.yaml"),
        *(index(told, f"--install {each['name']} ", f"--version {each['version']}", "--wait") for each in operators()),
        index(told, "apply -f k8s/dev/namespace.yaml"),
        index(told, "get secret reelwright-s3"),
        index(told, "apply -k k8s/dev"),
        index(told, "wait kafka/kafka", "condition=Ready"),
        index(told, "make images"),
        index(told, "kind load docker-image"),
        index(told, "--install rw charts/reelwright", "ci/kind-values.yaml"),
        index(told, "kubectl", " run ", "keys"),
    ]
    assert order == sorted(order)
    assert all("--context kind-reelwright" in command for command, _ in told if command.startswith("kubectl --c"))


def test_operators_are_given_their_values(tmp_path: Path) -> None:
    machine = Machine(tmp_path, *ALL)
    machine.make("up")
    given = dict(told for told in machine.told() if "--install" in told[0] and told[1])
    assert [json.loads(values) for values in given.values()] == [operator["values"] for operator in operators()]


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "old").mkdir()
    first, again = Machine(tmp_path / "new", *ALL), Machine(tmp_path / "old", *ALL)
    first.make("up")
    again.make("up", HAS_SECRETS="1")
    made = [json.loads(given) for command, given in first.told() if "apply -f -" in command]
    assert [each["metadata"]["name"] for each in made] == ["reelwright-gateway", "reelwright-s3"]
    assert len(made[0]["stringData"]["secret"]) == 64
    assert made[1]["stringData"]["access-key-id"].isalnum(), "DynamoDB Local takes no other"
    assert not [command for command, _ in again.told() if "apply -f -" in command]


def test_another_cluster_needs_no_kind_and_no_engine(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "helm", "kubectl")
    assert "REGISTRY is not" in machine.make("up", CONTEXT="lab").stderr
    done = machine.make("up", CONTEXT="lab", REGISTRY="registry.example/media")
    assert done.returncode == 0, done.stderr
    release = next(command for command, _ in machine.told() if "--install rw" in command)
    assert "image.registry=registry.example/media" in release
    assert "--kube-context lab" in release


def test_a_step_that_fails_ends_it_and_is_named(tmp_path: Path) -> None:
    machine = Machine(tmp_path, *ALL)
    done = machine.make("up", FAILS="helm upgrade --install strimzi")
    assert done.returncode == 1
    assert "It ended at: helm upgrade --install strimzi" in done.stderr
    assert not [command for command, _ in machine.told() if "--install rw" in command]


def test_images_are_those_that_the_chart_asks_for() -> None:
    wanted = {"director", "gateway", "kling-gateway", "kling-sim", "planner", "renderer", "standalone", "transcription"}
    assert set(images()) == wanted


def test_the_pod_that_makes_a_key_passes_the_namespace_and_its_policies() -> None:
    words = key_pod()
    (overrides,) = (json.loads(word.removeprefix("--overrides=")) for word in words if word.startswith("--overrides="))
    (container,) = overrides["spec"]["containers"]
    assert container["command"][:4] == ["reelwright", "ops", "keys", "create"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert overrides["spec"]["securityContext"]["runAsNonRoot"] is True
    assert any("app.kubernetes.io/component=ops" in word for word in words)


def test_down_removes_the_cluster(tmp_path: Path) -> None:
    machine = Machine(tmp_path, *ALL)
    assert machine.make("down").returncode == 0
    assert machine.told()[-1][0] == "kind delete cluster --name reelwright"
