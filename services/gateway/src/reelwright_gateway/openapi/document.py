"""What FastAPI derives from the routes, and what it leaves out: problems, examples, common headers."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from reelwright_gateway.events.models import ProjectChange, StageProgress
from reelwright_gateway.openapi.examples import add_examples
from reelwright_gateway.openapi.headers import add_headers
from reelwright_gateway.openapi.identity import PARAMETERS, SCHEMES, add_identity
from reelwright_gateway.openapi.problems import share_problems
from reelwright_gateway.openapi.webhooks import MESSAGES, webhooks
from reelwright_gateway.problems import ProblemBody

_BESIDE: tuple[type[BaseModel], ...] = (ProblemBody, ProjectChange, StageProgress, *MESSAGES)
"""Models that no route returns as JSON, and that answers refer to."""

_ABOUT = """Speech in, vertical video out: make a project, send the recording, follow the events, take the video.

`docs/api.md` is a guided tour. Every error is a problem by RFC 9457; its `code` is for programs, and `docs/errors.md`
lists all of them. Fields may be added to answers: ignore those that you do not know."""
_TAGS = {
    "projects": "One recording, and the video that comes of it.",
    "uploads": "The recording, in one piece or in parts.",
    "transcript": "The words and their times.",
    "scenes": "What is heard and shown, scene by scene.",
    "assets": "The scenes' pictures and clips.",
    "stages": "The four stages of the way to the video, each made again when you ask for it.",
    "video": "The finished video and what belongs to it.",
    "events": "What happens, as it happens.",
    "webhooks": "What happens, told to an address of yours.",
    "usage": "What was used, and what it cost.",
    "keys": "API keys, for administrators.",
    "system": "What this server takes and makes.",
}
_DONE = {"200": "Here it is.", "201": "It was made.", "202": "It was begun.", "204": "It is done."}


def describe(app: FastAPI) -> None:
    """Have `app.openapi()` answer the whole document."""
    derive = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(derive())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document() -> dict[str, Any]:
    """The document of this version, without a server."""
    from reelwright_gateway.app import routed  # noqa: PLC0415 (it is made of what `describe` describes)

    return routed().openapi()


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    document["info"]["description"] = _ABOUT
    used = {tag for operation in operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": says} for name, says in _TAGS.items() if name in used]
    components = document.setdefault("components", {})
    _add_schemas(components.setdefault("schemas", {}))
    for operation in operations(document):
        for status, says in _DONE.items():
            if operation["responses"].get(status, {}).get("description") == "Successful Response":
                operation["responses"][status]["description"] = says
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _without_null(parameter["schema"])
        add_identity(operation)
    components.setdefault("securitySchemes", {}).update(SCHEMES)
    components["parameters"] = PARAMETERS
    add_examples(document, *(message.__name__ for message in MESSAGES))
    document["webhooks"] = webhooks(components["examples"])
    add_headers(document)
    share_problems(document)
    return document


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of the paths."""
    for path in document["paths"].values():
        yield from path.values()


def _add_schemas(schemas: dict[str, Any]) -> None:
    _, definitions = models_json_schema(
        [(model, "serialization") for model in _BESIDE], ref_template="#/components/schemas/{model}"
    )
    for name, schema in definitions["$defs"].items():
        schemas.setdefault("Problem" if name == "ProblemBody" else name, schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A header or a query cannot be null: it is left out instead."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **kinds[0]}
