"""The OpenAPI document: what FastAPI derives, with the schema of problems."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from reelwright_gateway.events.models import ProjectChange, StageProgress
from reelwright_gateway.problems import ProblemBody

_BESIDE = (ProblemBody, ProjectChange, StageProgress)
"""Models that no route returns as JSON, and that answers refer to."""


def describe(app: FastAPI) -> None:
    """Have `app.openapi()` add what only errors and streams use."""
    derive = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = derive()
            _, definitions = models_json_schema(
                [(model, "serialization") for model in _BESIDE], ref_template="#/components/schemas/{model}"
            )
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name, schema in definitions["$defs"].items():
                schemas.setdefault("Problem" if name == "ProblemBody" else name, schema)
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
