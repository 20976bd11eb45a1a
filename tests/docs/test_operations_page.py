"""What docs/operations.md names is there: values of the chart, targets of make, files it links to, policies."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((ROOT / "charts/reelwright/values.schema.json").read_text(encoding="utf-8"))


def named_values() -> Iterator[str]:
    """Dotted names in backticks that begin as a value of the chart does; NAME and * stand for any component."""
    tops = "|".join(map(re.escape, SCHEMA["properties"]))
    yield from sorted(set(re.findall(rf"`((?:{tops})\.[A-Za-z0-9_.*-]+)(?:=[a-z0-9]+)?`", PAGE)))


@pytest.mark.parametrize("name", list(named_values()))
def test_a_value_exists(name: str) -> None:
    at = SCHEMA
    for part in name.split("."):
        properties = at.get("properties", {})
        if part in ("*", "NAME"):
            at = next(iter(properties.values()))
        elif part in properties:
            at = properties[part]
        else:
            assert isinstance(at.get("additionalProperties"), dict), f"{name}: the schema knows no {part}"
            at = at["additionalProperties"]


def test_many_values_are_named() -> None:
    assert len(list(named_values())) >= 8


def test_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {word for line in re.findall(r"^([a-z0-9 -]+):", makefile, re.MULTILINE) for word in line.split()}
    named = set(re.findall(r"(?:`|^ {4,})make ([a-z0-9-]+)", PAGE, re.MULTILINE))
    assert {"up", "dev", "k8s-up", "images"} <= named <= targets


PAGES = ("docs/operations.md", "docs/scaling.md", "docs/iam.md", "k8s/README.md", "k8s/aws/README.md",
         "charts/reelwright/README.md")  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8")):
        if not link.startswith(("http:", "https:")):
            assert (folder / link).exists(), f"{page} links to {link}, which is not there"
