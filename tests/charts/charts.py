"""Renders the chart as its users do, and checks what comes out against the schemas that an API server has."""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml
from parts import crds, helm, strimzi

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "reelwright"
EXAMPLES = CHART / "ci"
KUBERNETES = ("1.31", "1.34", "1.37")
"""The oldest, a middle and the newest minor that rendered objects are held against."""

Values = Mapping[str, Any]
Object = dict[str, Any]

MINIMAL: Values = yaml.safe_load((CHART / "tests" / "values" / "minimal.yaml").read_text(encoding="utf-8"))
"""The least that installs."""


class Refused(Exception):
    """Helm refused the values; the message is what it said."""


def template(*values: Values | Path, release: str = "rw") -> list[Object]:
    """The objects of the chart with these values, later ones before earlier ones. Raises `Refused`."""
    command = [str(helm.helm()), "template", release, str(CHART), "--namespace", "media"]
    given = [str(each) if isinstance(each, Path) else "-" for each in values]
    inline = [each for each in values if not isinstance(each, Path)]
    merged: dict[str, Any] = {}
    for each in inline:
        merged = merge(merged, each)
    for path in given:
        if path != "-":
            command += ["--values", path]
    if inline:
        command += ["--values", "-"]
    done = subprocess.run(command, input=yaml.safe_dump(merged), text=True, capture_output=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def merge(one: Values, other: Values) -> dict[str, Any]:
    """As Helm merges: maps by their keys, anything else as a whole."""
    both = dict(one)
    for name, value in other.items():
        known = both.get(name)
        both[name] = merge(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return both


def with_values(**values: Any) -> dict[str, Any]:
    """The smallest set of values that installs, and these."""
    return merge(MINIMAL, values)


def named(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of this kind of the component `name`."""
    (found,) = (each for each in of_kind(objects, kind) if component_of(each) == name)
    return found


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [each for each in objects if each["kind"] == kind]


def component_of(each: Object) -> str:
    return str(each["metadata"]["labels"]["app.kubernetes.io/component"])


def check(each: Object, version: str) -> None:
    """Raises when an API server of this version would refuse the object, or drop one of its fields."""
    schema = _custom(each)
    if schema is None:
        kubernetes_validate.validate(each, version, strict=True)
    else:
        jsonschema.validate(each, schema)


def _custom(each: Object) -> Any:
    """The schema of a custom resource; None for Kubernetes' own kinds."""
    group, _, version = each["apiVersion"].rpartition("/")
    if "." not in group or (group.endswith(".k8s.io") and not group.startswith("gateway.")):
        return None
    return _read(group, version, each["kind"])


@cache
def _read(group: str, version: str, kind: str) -> Any:
    folder = strimzi.schemas() if group == "kafka.strimzi.io" else crds.schemas()
    text = (folder / f"{group}_{version}_{kind}.json").read_text(encoding="utf-8")
    return json.loads(text, object_hook=_with_pythons_patterns)


def _with_pythons_patterns(schema: dict[str, Any]) -> dict[str, Any]:
    """Go takes a flag wherever it stands in a pattern, Python at its beginning alone."""
    pattern = schema.get("pattern")
    return {**schema, "pattern": pattern.replace("^(?i)", "(?i)^")} if isinstance(pattern, str) else schema
