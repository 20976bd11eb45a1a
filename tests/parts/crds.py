"""The custom resources that the chart makes: definitions and schemas, out of pinned Go modules of their projects."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from parts.cache import cached, is_cached

MODULES = {
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd",
    "sigs.k8s.io/gateway-api@v1.6.3": "config/crd/standard",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases",
}
_CACHED = "crds-2"


def missing() -> str | None:
    return None if is_cached(_CACHED) else "the CRD schemas are not in the cache; `make parts` fetches them (needs Go)"


def install() -> None:
    schemas()


def schemas() -> Path:
    """A folder of strict JSON schemas, `{group}_{version}_{kind}.json`."""
    return cached(_CACHED, _fetch)


def manifests() -> Path:
    """A folder of the definitions themselves, as an API server takes them."""
    return cached(_CACHED, _fetch) / "manifests"


def _fetch(folder: Path) -> None:
    if shutil.which("go") is None:
        raise RuntimeError("Go is not on this machine: install it (Debian: golang-go), then `make parts` again")
    (folder / "manifests").mkdir()
    for number, (module, crds) in enumerate(MODULES.items()):
        found = subprocess.run(
            ["go", "mod", "download", "-json", module],
            check=True,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "GOFLAGS": "-mod=mod", "GOMODCACHE": str(folder / "modules"), "GOTOOLCHAIN": "local"},
        )
        for path in sorted(Path(json.loads(found.stdout)["Dir"], crds).glob("*.yaml")):
            write_schemas(path, folder)
            if "kind: CustomResourceDefinition" in path.read_text(encoding="utf-8"):
                shutil.copyfile(path, folder / "manifests" / f"{number}-{path.name}")
    subprocess.run(["chmod", "-R", "u+w", folder / "modules"], check=True)
    shutil.rmtree(folder / "modules")


def write_schemas(path: Path, folder: Path) -> None:
    """The schemas of a file of CustomResourceDefinitions, one for each version."""
    for document in _documents(path):
        if not document or document.get("kind") != "CustomResourceDefinition":
            continue
        group, kind = document["spec"]["group"], document["spec"]["names"]["kind"]
        for version in document["spec"]["versions"]:
            schema = _strict(version["schema"]["openAPIV3Schema"])
            schema["properties"] |= {"metadata": {"type": "object"}}
            (folder / f"{group}_{version['name']}_{kind}.json").write_text(json.dumps(schema), encoding="utf-8")


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    class Loader(yaml.CSafeLoader):
        """Without dates, and with `=` as a word: an enumeration of the Prometheus operator has it."""

    Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    yield from yaml.load_all(path.read_text(encoding="utf-8"), Loader)


def _strict(schema: Any) -> Any:
    """A structural schema as JSON Schema, with unknown fields refused as an API server prunes or refuses them."""
    if not isinstance(schema, dict):
        return schema
    schema = dict(schema)
    if schema.get("x-kubernetes-int-or-string"):
        schema.pop("type", None)
        schema.setdefault("anyOf", [{"type": "integer"}, {"type": "string"}])
    if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for word in ("properties", "patternProperties"):
        if isinstance(schema.get(word), dict):
            schema[word] = {name: _strict(each) for name, each in schema[word].items()}
    for word in ("items", "additionalProperties", "not"):
        if word in schema:
            schema[word] = _strict(schema[word])
    open_ended = ("additionalProperties", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource")
    if "properties" in schema and not any(schema.get(word) for word in open_ended):
        schema["additionalProperties"] = False
    return schema
