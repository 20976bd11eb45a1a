"""docs/asyncapi.yaml is valid by the published schema, and says what is really sent."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from parts import node

from reelwright.events.v1.facts_pb2 import ProjectDeleted
from reelwright_chassis.envelope import encode
from reelwright_chassis.topics import topics

PAGE = Path(__file__).parents[2] / "docs/asyncapi.yaml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(yaml.safe_load(PAGE.read_text(encoding="utf-8")))


def test_it_is_valid(document: dict[str, Any]) -> None:
    if why := node.missing():
        pytest.skip(why)
    schema = json.loads((node.modules() / "@asyncapi/specs/schemas/3.0.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)
    broken = {**document, "channels": {"x": {"adress": 1}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(broken)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_every_topic_and_who_uses_it_is_in_it(document: dict[str, Any]) -> None:
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {topics().prefix + name for name in topics().topics}
    groups = {
        group
        for operation in document["operations"].values()
        for group in operation.get("bindings", {}).get("kafka", {}).get("groupId", {}).get("enum", [])
    }
    assert groups == {group for topic in topics().topics.values() for group in topic.groups}


def test_the_headers_are_those_that_are_sent(document: dict[str, Any]) -> None:
    sent = encode(ProjectDeleted(tenant_id="t", project_id="p"), source="director")
    described = document["components"]["messages"]["ProjectDeleted"]["headers"]["properties"]
    assert set(sent.headers) == set(described)


def _references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if "$ref" in part else []
    return own + [found for each in part.values() for found in _references(each)]
