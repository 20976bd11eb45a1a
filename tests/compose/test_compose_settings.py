"""What compose.yaml and the image tell each service are settings that it knows, and enough for it to start."""

import re
from pathlib import Path

import pytest
from compose.programs import SECRET, check_settings, known_variables
from compose.test_compose import ROOT, services

PROGRAMS = ("director", "gateway", "transcription", "planner", "kling-gateway", "renderer", "preview")


def told(service: str) -> dict[str, str]:
    """By the image, then by Compose."""
    dockerfile = (ROOT / "docker/python.Dockerfile").read_text(encoding="utf-8")
    image = dict(re.findall(r"^\s+(REELWRIGHT_[A-Z_]+)=(\S+)", dockerfile, re.MULTILINE))
    own = {name: str(value) for name, value in services()[service]["environment"].items()}
    return image | {name: SECRET if "SECRET" in name else value for name, value in own.items()}


def module_of(service: str) -> str:
    """As the image starts it by itself, or as its entry point says."""
    return str(services()[service].get("entrypoint", [f"reelwright_{service.replace('-', '_')}"])[-1])


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_service_has_all_it_needs(service: str, tmp_path: Path) -> None:
    (answer,) = check_settings(module_of(service), [told(service)], tmp_path)
    assert (answer.code, answer.err) == (0, "")


def test_a_setting_that_lacks_is_found(tmp_path: Path) -> None:
    whole = told("planner")
    lacking = {name: value for name, value in whole.items() if name != "REELWRIGHT_PLANNER_PROVIDER"}
    answers = check_settings(module_of("planner"), [whole, lacking, whole], tmp_path)
    assert [answer.code for answer in answers] == [0, 2, 0]


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_service_is_told_nothing_that_it_does_not_know(service: str) -> None:
    own = {name for name in services()[service]["environment"] if not name.startswith("AWS_")}
    assert own <= known_variables(module_of(service))
