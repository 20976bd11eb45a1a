"""An example for every JSON body, put together out of the examples of its fields, so that none can be forgotten."""

from typing import Any

_JSON = "application/json"
_REF = "#/components/schemas/"

_COMPLETED: dict[str, Any] = {
    "progress": {"stage": None, "percent": 100.0, "eta_at": None},
    "next_attempt_at": None,
    "stale": [],
}
_CREATED = {
    "version": 1,
    "state": "created",
    "progress": {"stage": "transcription", "percent": 0.0, "eta_at": None},
    "waiting_on": "user",
    "quality": None,
    "cost_usd": 0.0,
    "poster": None,
    "audio": None,
    "transcript_revision": 0,
    "scenes_revision": 0,
    "scenes": [],
    "video": None,
}
_FITTING: dict[str, dict[str, Any]] = {
    "ProjectSummary": _COMPLETED,
    "Project": _COMPLETED,
    "CreatedProject": {**_COMPLETED, **_CREATED},
}
"""Where the fields' own examples would not make sense together."""


def add_examples(document: dict[str, Any], *beside: str) -> None:
    """To the bodies of all requests and answers that are JSON, and of the schemas `beside` them.

    Raises `LookupError` for a field that has no example.
    """
    schemas, examples = document["components"]["schemas"], document["components"].setdefault("examples", {})
    for name in beside:
        examples[name] = {"value": _of(schemas[name], schemas, name)}
    for path in document["paths"].values():
        for operation in path.values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                _add_example(body.get("content", {}).get(_JSON), schemas, examples)


def _add_example(media: dict[str, Any] | None, schemas: dict[str, Any], examples: dict[str, Any]) -> None:
    ref = (media or {}).get("schema", {}).get("$ref", "")
    if media is None or not ref:
        return
    name = ref.removeprefix(_REF)
    if name not in examples:
        examples[name] = {"value": _of(schemas[name], schemas, name)}
    media["examples"] = {"example": {"$ref": f"#/components/examples/{name}"}}


def _of(schema: dict[str, Any], schemas: dict[str, Any], where: str) -> Any:  # noqa: PLR0911 (one for each kind)
    """An example of what `schema` describes; its own, where it has one."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return _of(schemas[name], schemas, name)
    if "const" in schema or "enum" in schema:
        return schema.get("default", schema.get("const", schema.get("enum", [None])[0]))
    if "anyOf" in schema:
        return _of(schema["anyOf"][0], schemas, where)
    if "properties" in schema:
        fields = {name: _of(field, schemas, f"{where}.{name}") for name, field in schema["properties"].items()}
        return {**fields, **_FITTING.get(where, {})}
    if schema.get("type") == "array":
        return [_of(schema["items"], schemas, where)]
    if "default" in schema:
        return schema["default"]
    raise LookupError(f"{where} has no example: give its Field one")
