"""The chart's README.md: its head, and every value out of values.yaml with its default and what is said of it.

A comment that begins with `# --` documents the key below it. A component's keys that have none are those of `defaults`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_COMMENT = re.compile(r"\s*#( --)? ?(.*)")
_SHORT = 100
"""Longer defaults are left to values.yaml."""


@dataclass(frozen=True, slots=True)
class Value:
    """`path` as in `--set`; `said` is empty where nothing documents it."""

    path: tuple[str, ...]
    default: str
    said: str
    is_map: bool

    @property
    def name(self) -> str:
        return ".".join(self.path)


def values(text: str) -> list[Value]:
    """Every key that stands in a line of its own, in the file's order. What is written as {...} is one value."""
    lines = text.splitlines()
    return list(_walk(yaml.compose(text, Loader=yaml.SafeLoader), lines, ()))


def _walk(node: Any, lines: list[str], above: tuple[str, ...]) -> Iterator[Value]:
    for key, value in node.value:
        path = (*above, key.value)
        is_map = isinstance(value, yaml.MappingNode) and not value.flow_style
        default = "" if is_map else _default(value, lines)
        yield Value(path, default, _said(lines, key.start_mark.line), is_map)
        if is_map:
            yield from _walk(value, lines, path)


def _said(lines: list[str], line: int) -> str:
    """The comment right above a line, from its last `# --` on; empty where there is none."""
    words: list[str] = []
    for above in reversed(lines[:line]):
        found = _COMMENT.fullmatch(above)
        if found is None:
            return ""
        words.insert(0, found[2])
        if found[1]:
            return " ".join(words)
    return ""


def _default(node: yaml.Node, lines: list[str]) -> str:
    """As it stands in the file; `...` where that is long."""
    start, end = node.start_mark, node.end_mark
    if start.line != end.line:
        return "..."
    text = lines[start.line][start.column : end.column].strip()
    return text if len(text) <= _SHORT else "..."


def undocumented(found: list[Value]) -> list[str]:
    """The keys that nothing documents, here or at their namesake in `defaults`."""
    said = {value.path: value.said for value in found}
    return [value.name for value in found if not _meaning(value, said)]


def _meaning(value: Value, said: Mapping[tuple[str, ...], str]) -> str:
    """What is said of a value, or of its namesake: in `defaults`, as a part of a whole there, at a sibling."""
    if value.said:
        return value.said
    match value.path:
        case ("components" | "secrets" as top, _, *rest):
            siblings = [(*place, *rest) for place in said if place[:-1] == (top,)]
            wholes = [("defaults", *rest[:length]) for length in range(len(rest), 0, -1) if top == "components"]
            return next((said[place] for place in [*wholes, *siblings] if said.get(place)), "")
        case (*above, "resources", _):
            return said.get((*above, "resources"), "")
    return ""


def readme(folder: Path) -> str:
    """The page of the chart in `folder`."""
    found = values((folder / "values.yaml").read_text(encoding="utf-8"))
    minimal = (folder / "tests" / "values" / "minimal.yaml").read_text(encoding="utf-8")
    head = (folder / "README.head.md").read_text(encoding="utf-8").replace("{minimal}", _without_comments(minimal))
    tops = [value for value in found if len(value.path) == 1]
    rows = [_row(value, {each.path: each.said for each in found}) for value in tops if not value.is_map]
    parts = [head, "## Names", "", *_TABLE, *rows]
    for top in tops:
        if top.is_map:
            parts += _section(top, found)
    return "\n".join(parts) + "\n"


_TABLE = ("| value | default | meaning |", "|---|---|---|")


def _section(top: Value, found: list[Value]) -> Iterator[str]:
    said = {value.path: value.said for value in found}
    yield from ("", f"## {top.name}", "", top.said, "", *_TABLE)
    yield from (_row(value, said) for value in found if value.path[0] == top.name and _has_row(value))


def _has_row(value: Value) -> bool:
    """Maps are told by their parts, unless they say something themselves."""
    return len(value.path) > 1 and (not value.is_map or bool(value.said))


def _row(value: Value, said: Mapping[tuple[str, ...], str]) -> str:
    default = f"`{value.default}`" if value.default else ""
    return f"| `{value.name}` | {default} | {_meaning(value, said)} |".replace("  ", " ")


def _without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
