"""Every file of docs/examples is listed, and run by a test."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.name for path in (ROOT / "docs/examples").iterdir() if path.suffix in {".py", ".html"})


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_listed_and_run(name: str) -> None:
    assert f"[{name}]({name})" in (ROOT / "docs/examples/README.md").read_text(encoding="utf-8")
    runs = [path for path in (ROOT / "tests").rglob("test_*.py") if f"docs/examples/{name}" in path.read_text("utf-8")]
    assert runs, "no test names it"
