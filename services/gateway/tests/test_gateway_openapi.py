"""The OpenAPI document is whole: examples that fit, errors described, names for generated clients; and its page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apihouse import house
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reelwright_gateway.openapi import document
from reelwright_gateway.openapi.examples import add_examples

DOCUMENT = document()
OPERATIONS = [(path, method, operation) for path, on in DOCUMENT["paths"].items() for method, operation in on.items()]
NO_CONTENT = {"204", "307"}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Where a `$ref` leads to, or the part itself."""
    found: Any = part
    while "$ref" in found:
        words = found["$ref"].removeprefix("#/").split("/")
        found = DOCUMENT
        for word in words:
            found = found[word]
    return dict(found)


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Of requests and answers: what it is of, media type, and what is said about it."""
    answers = {status: resolved(answer) for status, answer in operation["responses"].items()}
    for name, had in {"request": operation.get("requestBody", {}), **answers}.items():
        for media_type, media in had.get("content", {}).items():
            yield name, media_type, media


def is_valid(example: Any, schema: dict[str, Any]) -> None:
    registry = Registry().with_resource("", Resource.opaque(DOCUMENT))
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole, registry=registry).validate(example)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_every_body_has_an_example_that_fits(path: str, method: str, operation: dict[str, Any]) -> None:
    looked_at = 0
    for name, media_type, media in bodies(operation):
        if media_type.endswith("json"):
            assert media["examples"], (name, media_type)
            for example in media["examples"].values():
                is_valid(resolved(example)["value"], media["schema"])
                looked_at += 1
    assert looked_at > 8  # every error has one, at least


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
def test_every_operation_says_what_a_client_needs(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    assert {"key": []} in operation["security"]
    for parameter in map(resolved, operation["parameters"]):
        assert parameter["description"], parameter["name"]
        assert {"type": "null"} not in parameter["schema"].get("anyOf", ())
    for status, answer in operation["responses"].items():
        found = resolved(answer)
        assert found["description"]
        assert "X-Request-Id" in found["headers"]
        assert found.get("content") or status in NO_CONTENT


def test_names_of_operations_are_good_names_in_every_language() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)


def test_every_field_of_every_model_is_described() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            kinds = [said, *said.get("anyOf", ())]
            assert any(kind.get("description") or "$ref" in kind for kind in kinds), f"{name}.{field}"


def test_a_field_without_an_example_is_told() -> None:
    schemas = {"Thing": {"type": "object", "properties": {"size": {"type": "integer"}}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    operation = {"requestBody": body, "responses": {}}
    with pytest.raises(LookupError, match=r"Thing\.size has no example"):
        add_examples({"paths": {"/things": {"post": operation}}, "components": {"schemas": schemas}})


async def test_the_page_needs_no_other_host(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        page = await here.http.get("/docs")
        assert page.status_code == 200
        assert "http" not in page.text.replace("<!doctype html>", "")
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assets = {"swagger-ui-bundle.js": "javascript", "swagger-ui.css": "css", "start.js": "javascript"}
        for name, kind in assets.items():
            asset = await here.http.get(f"/docs/{name}")
            assert asset.status_code == 200
            assert kind in asset.headers["content-type"]
        missing = await here.http.get("/docs/no-such.js")
        assert missing.json()["code"] == "route_not_found"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/projects", "GET, POST"),
        ("/v1/projects/p", "DELETE, GET, PATCH"),
        ("/v1/projects/p/scenes", "GET, POST, PUT"),
        ("/v1/projects/p/scenes/approve", "POST"),
        ("/v1/projects/p/scenes/s", "PATCH"),
    ],
)
async def test_a_wrong_method_is_told_all_the_right_ones(tmp_path: Path, path: str, allowed: str) -> None:
    async with house(tmp_path, workers=False) as here:
        answer = await here.http.request("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
