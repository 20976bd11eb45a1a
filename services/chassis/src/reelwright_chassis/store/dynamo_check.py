"""Looks at DynamoDB's tables with this process's own rights: are they there, as declared, and may we use them?"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from reelwright_chassis.errors import Unavailable
from reelwright_chassis.findings import Finding
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.dynamo_calls import connect
from reelwright_chassis.store.dynamo_codec import encode_value
from reelwright_chassis.store.dynamo_errors import Trouble, as_unavailable, read_trouble
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.dynamo_tables import ttl_of, why_not_ready
from reelwright_chassis.store.port import Index, Table, Value

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PART = "tables"


async def check_tables(settings: DynamoSettings, tables: Sequence[Table]) -> list[Finding]:
    """One finding for a table that is well, one for each thing that is wrong with another. Changes nothing.

    Raises `SettingsError` where a setting is missing or wrong.
    """

    def check() -> list[Finding]:
        try:
            client = connect(settings)
        except Unavailable as error:
            return [Finding(_PART, settings.table_prefix + "*", ok=False, said=str(error), remedy=_REMEDIES_ELSE)]
        try:
            return [finding for table in tables for finding in _look(client, settings, table)]
        finally:
            client.close()

    return await asyncio.to_thread(check)


_REMEDIES = {
    Trouble.DENIED: "give this process's role that right on the table and on its indexes",
    Trouble.STRANGER: "set a role, a profile or keys that DynamoDB accepts",
    Trouble.MISSING: "run `reelwright provision`",
}
_REMEDIES_ELSE = "see that DynamoDB is reachable from here (endpoint, region, network)"


def _look(client: "DynamoDBClient", settings: DynamoSettings, table: Table) -> Iterator[Finding]:
    name = settings.table_prefix + table.name
    try:
        why = why_not_ready(client, settings, table) or _ttl_trouble(client, name, table)
    except (ClientError, BotoCoreError) as error:
        yield _failed(name, "DescribeTable", error)
        return
    if why:
        said, _, remedy = why.partition(": ")
        yield Finding(_PART, name, ok=False, said=said, remedy=remedy)
        return
    problems = [_failed(name, operation, error) for operation, error in _denied(client, name, table)]
    expiry = f", items expire by {table.ttl}" if table.ttl else ""
    yield from problems or [Finding(_PART, name, ok=True, said=f"active, {len(table.indexes)} indexes{expiry}")]


def _ttl_trouble(client: "DynamoDBClient", name: str, table: Table) -> str:
    if table.ttl is None or ttl_of(client, name) == table.ttl:
        return ""
    return f"items of {name} do not expire by {table.ttl}: run `reelwright provision`"


def _denied(client: "DynamoDBClient", name: str, table: Table) -> Iterator[tuple[str, ClientError | BotoCoreError]]:
    """What a service does with a table, on a key that nobody has and under a condition that therefore never holds."""
    for operation, call in _probes(client, name, table).items():
        try:
            call()
        except (ClientError, BotoCoreError) as error:
            if read_trouble(error) is not Trouble.UNMET:
                yield operation, error


def _probes(client: "DynamoDBClient", name: str, table: Table) -> dict[str, Callable[[], object]]:
    key: Any = _nobodys_key(table)
    never: Any = {
        "TableName": name,
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {"#key": table.partition},
    }
    checked: Any = [{"ConditionCheck": {"Key": key, **never}}]
    probes: dict[str, Callable[[], object]] = {
        "GetItem": lambda: client.get_item(TableName=name, Key=key),
        "PutItem": lambda: client.put_item(Item=key, **never),
        "DeleteItem": lambda: client.delete_item(Key=key, **never),
        "ConditionCheckItem": lambda: client.transact_write_items(TransactItems=checked),
        "Query": lambda: client.query(**_one(name, table)),
    }
    for index in table.indexes:
        probes[f"Query on the index {index.name}"] = _query(client, name, index)
    return probes


def _query(client: "DynamoDBClient", name: str, index: Index) -> Callable[[], object]:
    return lambda: client.query(IndexName=index.name, **_one(name, index))


def _one(name: str, way: Table | Index) -> dict[str, Any]:
    return {
        "TableName": name,
        "Limit": 1,
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": way.partition},
        "ExpressionAttributeValues": {":key": encode_value(new_id())},
    }


def _nobodys_key(table: Table) -> dict[str, Any]:
    key: dict[str, Value] = {table.partition: new_id()}
    if table.sort is not None:
        key[table.sort] = 0 if table.numeric else new_id()
    return {name: encode_value(value) for name, value in key.items()}


def _failed(name: str, operation: str, error: ClientError | BotoCoreError) -> Finding:
    remedy = _REMEDIES.get(read_trouble(error), _REMEDIES_ELSE)
    said = str(as_unavailable(error, operation)).removeprefix("DynamoDB, ")
    return Finding(_PART, name, ok=False, said=said, remedy=remedy)
