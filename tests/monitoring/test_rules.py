"""The alert rules: promtool takes them, each fires when it should and only then, and leads to a runbook."""

import re
from pathlib import Path

import pytest
from monitoring.cases import cases, write_promtool_files
from monitoring.rule_files import FILES, ROOT, alerts
from parts import prometheus

needs_promtool = pytest.mark.skipif(prometheus.missing() is not None, reason=str(prometheus.missing()))


@needs_promtool
def test_promtool_takes_them() -> None:
    done = prometheus.promtool("check", "rules", *FILES)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alert_fires_and_is_silent_when_it_should(tmp_path: Path) -> None:
    done = prometheus.promtool("test", "rules", *write_promtool_files(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_has_a_firing_and_a_silent_case() -> None:
    assert {case["alert"] for case in cases()} == set(alerts())
    for case in cases():
        assert case["silent"], case["alert"]
        for given in (case["fires"], *case["silent"]):
            assert all(isinstance(values, str) for values in given["series"].values()), (case["alert"], "quote 0x5")


@pytest.mark.parametrize("name", alerts())
def test_its_runbook_is_there_and_begins_with_the_project(name: str) -> None:
    path, _, anchor = alerts()[name]["annotations"]["runbook_url"].partition("#")
    runbook = (ROOT / path).read_text(encoding="utf-8")
    _, opening, *_ = runbook.split("\n\n")
    assert "`reelwright ops project show" in opening
    headings = re.findall(r"^## (.+)$", runbook, re.MULTILINE)
    assert name in headings
    assert anchor == name.lower()


def test_no_runbook_is_left_over() -> None:
    for path in (ROOT / "docs" / "runbooks").glob("*.md"):
        named = set(re.findall(r"^## (Reelwright\w+)$", path.read_text("utf-8"), re.MULTILINE))
        assert named <= set(alerts()), path.name


@pytest.mark.parametrize("name", alerts())
def test_its_labels_say_how_soon_and_what_it_belongs_to(name: str) -> None:
    labels = alerts()[name]["labels"]
    assert labels["severity"] in ("page", "ticket")
    assert set(labels) <= {"severity", "symptom", "inhibits"}
