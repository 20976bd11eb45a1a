"""Each component may do what its code does, and no more."""

import ast
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tools.aws.rights import COMPONENTS, ITEM_ACTIONS, OBJECTS, TABLES, declared, policy

SERVICES = Path(__file__).parents[2] / "services"
ACTIONS_OF_BLOBS = {
    "put_file": {"s3:PutObject", "s3:AbortMultipartUpload"},
    "put_bytes": {"s3:PutObject"},
    "copy": {"s3:GetObject", "s3:PutObject"},
    "fetch": {"s3:GetObject"},
    "read": {"s3:GetObject"},
    "local": {"s3:GetObject"},
    "stat": {"s3:GetObject"},
    "list": {"s3:ListBucket"},
    "delete": {"s3:DeleteObject"},
    "delete_prefix": {"s3:ListBucket", "s3:DeleteObject"},
}
ACTIONS_OF_DYNAMO = {
    "get_item": {"dynamodb:GetItem"},
    "put_item": {"dynamodb:PutItem"},
    "delete_item": {"dynamodb:DeleteItem"},
    "query": {"dynamodb:Query"},
    "transact_write_items": {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"},
    "describe_table": {"dynamodb:DescribeTable"},
}


def calls(*paths: Path) -> set[tuple[str, str]]:
    """(name of what is called on, method) of every call on a name or an attribute in these files."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on = node.func.value
                name = on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""
                found.add((name.removeprefix("_"), node.func.attr))
    return found


def actions(component: str, service: str = "") -> set[str]:
    statements = policy(component)["Statement"]
    return {action for each in statements for action in each["Action"] if action.startswith(service)}


@pytest.mark.parametrize(
    "component", [name for name in COMPONENTS if name not in ("provision", "renderer-gpu", "preview")]
)
def test_a_component_may_do_what_its_code_calls(component: str) -> None:
    sources = (SERVICES / component / "src").rglob("*.py")
    used = {method for name, method in calls(*sources) if name == "blobs" and method in ACTIONS_OF_BLOBS}
    wanted = {action for method in used for action in ACTIONS_OF_BLOBS[method]}
    assert wanted <= actions(component, "s3:")
    assert bool(used) == bool(actions(component, "s3:"))


def test_items_are_reached_by_the_calls_that_the_store_makes_and_no_others() -> None:
    store = SERVICES / "chassis" / "src" / "reelwright_chassis" / "store"
    made = calls(*(store / name for name in ("dynamo.py", "dynamo_tables.py")))
    used = {method for name, method in made if name == "client" and method in ACTIONS_OF_DYNAMO}
    assert used == set(ACTIONS_OF_DYNAMO)
    assert {action for method in used for action in ACTIONS_OF_DYNAMO[method]} == set(ITEM_ACTIONS)


def test_only_the_owners_reach_tables_each_its_own() -> None:
    for component in COMPONENTS:
        touched = [each for each in policy(component)["Statement"] if set(each["Action"]) & {"dynamodb:PutItem"}]
        names = {arn.partition("${Tables}")[2].partition("/")[0] for each in touched for arn in each["Resource"]}
        assert names == {table.name for table in TABLES.get(component, ())}


@pytest.mark.parametrize("component", [name for name in COMPONENTS if name not in ("provision", "preview")])
def test_topics_are_those_that_are_declared(component: str) -> None:
    by_sid: dict[str, Any] = {each["Sid"]: each for each in policy(component)["Statement"]}
    written = {arn.partition("${Topics}")[2] for arn in by_sid.get("Write", {}).get("Resource", [])}
    produced = {topic.name for topic in declared() if component in topic.producers}
    assert produced == {name for name in written if not name.endswith(".dlq")}
    groups = {arn.partition("${Topics}")[2] for arn in by_sid.get("Groups", {}).get("Resource", [])}
    for topic, group in product(declared(), groups):
        if group in topic.groups:
            assert any(arn.endswith("${Topics}" + topic.name) for arn in by_sid["Read"]["Resource"])


def test_every_group_belongs_to_one_component() -> None:
    owners = [each["Resource"] for name in COMPONENTS for each in policy(name)["Statement"] if each["Sid"] == "Groups"]
    held = sorted(arn.partition("${Topics}")[2] for arns in owners for arn in arns)
    assert held == sorted(group for topic in declared() for group in topic.groups)


def test_nothing_is_allowed_everywhere() -> None:
    for component in COMPONENTS:
        for each in policy(component)["Statement"]:
            assert "*" not in each["Resource"]
            assert not [action for action in each["Action"] if "*" in action]


def test_nobody_but_the_director_and_the_gateway_removes_recordings() -> None:
    removers = {
        name
        for name, places in OBJECTS.items()
        for keys, allowed in places
        if keys.startswith("audio-projects") and "s3:DeleteObject" in allowed
    }
    assert removers == {"director", "gateway"}
