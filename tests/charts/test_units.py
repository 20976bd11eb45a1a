"""The chart's own suites, one for each template, by helm-unittest; and `helm lint`."""

import subprocess
import tarfile
from pathlib import Path

import pytest
from charts.charts import CHART, EXAMPLES
from parts import helm, helm_unittest

TEMPLATES = sorted(path for path in CHART.glob("templates/**/*") if path.suffix in (".yaml", ".txt"))


@pytest.fixture(scope="module", autouse=True)
def _helm_unittest() -> None:
    if why := helm_unittest.missing():
        pytest.skip(why)


def suite_of(template: Path) -> Path:
    return CHART / "tests" / f"{template.stem.lower()}_test.yaml"


def test_all_suites_pass() -> None:
    done = helm_unittest.run(CHART)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(TEMPLATES)} passed, {len(TEMPLATES)} total" in done.stdout


def test_a_wrong_expectation_fails(tmp_path: Path) -> None:
    (tmp_path / "wrong_test.yaml").write_text(
        f"suite: wrong\ntemplates: [services.yaml]\nvalues: [{CHART}/tests/values/minimal.yaml]\n"
        "tests:\n  - it: counts\n    asserts:\n      - hasDocuments: {count: 3}\n",
        encoding="utf-8",
    )
    done = helm_unittest.run(CHART, str(tmp_path / "wrong_test.yaml"))
    assert done.returncode == 1
    assert "1 failed" in done.stdout


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_template_has_a_suite(template: Path) -> None:
    assert template.relative_to(CHART / "templates").as_posix() in suite_of(template).read_text(encoding="utf-8")


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*-values.yaml")), ids=lambda path: path.stem)
def test_helm_lint_has_nothing_to_say(example: Path) -> None:
    command = [str(helm.helm()), "lint", "--strict", "--quiet", "--values", str(example), str(CHART)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_package_holds_what_installs_and_no_more(tmp_path: Path) -> None:
    subprocess.run([str(helm.helm()), "package", str(CHART), "-d", str(tmp_path)], check=True, capture_output=True)
    (package,) = tmp_path.glob("*.tgz")
    with tarfile.open(package) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}
    assert {"Chart.yaml", "values.yaml", "values.schema.json", "templates", "files", "README.md"} <= tops
    assert not tops & {"ci", "tests", "README.head.md"}
