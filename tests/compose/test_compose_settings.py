"""What compose.yaml and the image tell each service are settings that it knows, and enough for it to start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from compose.test_compose import ROOT, services

PROGRAMS = ("director", "gateway", "transcription", "planner", "kling-gateway", "renderer", "preview")
_SECRET = "0123456789abcdef0123456789abcdef"


def told(service: str) -> dict[str, str]:
    """By the image, then by Compose."""
    dockerfile = (ROOT / "docker/python.Dockerfile").read_text(encoding="utf-8")
    image = dict(re.findall(r"^\s+(REELWRIGHT_[A-Z_]+)=(\S+)", dockerfile, re.MULTILINE))
    own = {name: str(value) for name, value in services()[service]["environment"].items()}
    return image | {name: _SECRET if "SECRET" in name else value for name, value in own.items()}


def module_of(service: str) -> str:
    """As the image starts it by itself, or as its entry point says."""
    return str(services()[service].get("entrypoint", [f"reelwright_{service.replace('-', '_')}"])[-1])


def run(module: str, *words: str, env: dict[str, str], cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", module, *words]
    whole = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(command, env=whole, cwd=cwd, capture_output=True, text=True, check=False)


def known_variables(module: str, cwd: Path) -> set[str]:
    """The environment variables that a service's help names."""
    return set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", run(module, "--help", env={}, cwd=cwd).stdout))


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_service_has_all_it_needs(service: str, tmp_path: Path) -> None:
    done = run(module_of(service), "--check-settings", env=told(service), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_setting_that_lacks_is_found(tmp_path: Path) -> None:
    env = told("planner")
    del env["REELWRIGHT_PLANNER_PROVIDER"]
    assert run(module_of("planner"), "--check-settings", env=env, cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_service_is_told_nothing_that_it_does_not_know(service: str, tmp_path: Path) -> None:
    known = known_variables(module_of(service), tmp_path)
    own = {name for name in services()[service]["environment"] if not name.startswith("AWS_")}
    assert own <= known
