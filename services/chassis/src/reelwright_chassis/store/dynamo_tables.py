"""Makes DynamoDB's tables as they are declared. Adds what is missing; never shrinks, deletes or turns anything off."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from reelwright_chassis.errors import Unavailable
from reelwright_chassis.findings import Change
from reelwright_chassis.store import dynamo_schema as schema
from reelwright_chassis.store.dynamo_calls import connect
from reelwright_chassis.store.dynamo_errors import Trouble, as_unavailable, read_trouble
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.port import Index, Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PATIENCE_S = 900.0


async def provision_tables(settings: DynamoSettings, tables: Sequence[Table], *, dry_run: bool = False) -> list[Change]:
    """What was made, or would be; empty when all is as declared. Raises `Unavailable`, `SettingsError`.

    A difference that cannot be mended in place (another key) is a line too: it needs a new table, and a person.
    """

    def provision() -> list[Change]:
        client = connect(settings)
        try:
            return provision_blocking(client, settings, tables, dry_run=dry_run)
        except (ClientError, BotoCoreError) as error:
            raise as_unavailable(error, "provisioning") from error
        finally:
            client.close()

    return await asyncio.to_thread(provision)


def provision_blocking(
    client: "DynamoDBClient", settings: DynamoSettings, tables: Sequence[Table], *, dry_run: bool = False
) -> list[Change]:
    """All new tables are made side by side, then each is seen to. Raises botocore's errors and `Unavailable`."""
    changes = [change for table in tables for change in _create(client, settings, table, dry_run=dry_run)]
    made = {change.name for change in changes}
    for table in tables:
        name = settings.table_prefix + table.name
        if dry_run and name in made:
            continue
        described = _await_active(client, name) if not dry_run else describe(client, name)
        changes += _mend(client, settings, table, described or {}, dry_run=dry_run)
    return changes


def describe(client: "DynamoDBClient", name: str) -> dict[str, Any] | None:
    """DescribeTable's `Table`; None where there is none."""
    try:
        return dict(client.describe_table(TableName=name)["Table"])
    except ClientError as error:
        if read_trouble(error) is Trouble.MISSING:
            return None
        raise


def why_not_ready(client: "DynamoDBClient", settings: DynamoSettings, table: Table) -> str:
    """Why a service cannot work with this table, with the remedy; "" when it can."""
    name = settings.table_prefix + table.name
    described = describe(client, name)
    if described is None:
        return f"there is no table {name}: run `reelwright provision`"
    found = schema.differences(table, described)
    if found.wrong:
        return f"the table {name} is another one, {'; '.join(found.wrong)}: it needs a new table"
    if found.missing:
        return f"the table {name} has no index {found.missing[0].name}: run `reelwright provision`"
    if found.unready:
        return f"the index {found.unready[0]} of the table {name} is still being built: wait for it"
    if described["TableStatus"] not in ("ACTIVE", "UPDATING"):
        return f"the table {name} is {described['TableStatus']}: wait for it"
    return ""


def ttl_of(client: "DynamoDBClient", name: str) -> str | None:
    """The attribute that a table's items expire by."""
    now = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return now.get("AttributeName") if now.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") else None


def _create(client: "DynamoDBClient", settings: DynamoSettings, table: Table, *, dry_run: bool) -> Iterator[Change]:
    name = settings.table_prefix + table.name
    if describe(client, name) is not None:
        return
    if not dry_run:
        try:
            client.create_table(**schema.creation(table, name, protected=settings.deletion_protection))
        except client.exceptions.ResourceInUseException:
            return  # somebody else was quicker
    indexes = ", ".join(index.name for index in table.indexes)
    yield Change("table", name, "created, paid by use" + (f", with the indexes {indexes}" if indexes else ""))


def _mend(
    client: "DynamoDBClient", settings: DynamoSettings, table: Table, described: dict[str, Any], *, dry_run: bool
) -> Iterator[Change]:
    """What an existing table lacks."""
    name = settings.table_prefix + table.name
    found = schema.differences(table, described)
    for wrong in found.wrong:
        yield Change("table", name, f"left as it is, although {wrong}: it needs a new table")
    for index in found.missing:
        if not dry_run:
            _add_index(client, name, table, index)
        yield Change("table", name, f"index {index.name} added")
    yield from _set_ttl(client, name, table, dry_run=dry_run)
    if settings.deletion_protection and not described.get("DeletionProtectionEnabled", False):
        if not dry_run:
            client.update_table(TableName=name, DeletionProtectionEnabled=True)
        yield Change("table", name, "protected from being deleted")
    if settings.point_in_time_recovery:
        yield from _set_recovery(client, name, dry_run=dry_run)


def _add_index(client: "DynamoDBClient", name: str, table: Table, index: Index) -> None:
    """One at a time, as DynamoDB has it."""
    definitions: Any = schema.attribute_definitions(table, (index,))
    creation: Any = schema.index_definition(index)
    client.update_table(
        TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[{"Create": creation}]
    )
    _await_active(client, name)


def _set_ttl(client: "DynamoDBClient", name: str, table: Table, *, dry_run: bool) -> Iterator[Change]:
    if table.ttl is None:
        return
    now = ttl_of(client, name)
    if now is not None:
        if now != table.ttl:
            told = f"left as it is, although its items expire by {now} and not by {table.ttl}"
            yield Change("table", name, told)
        return
    if not dry_run:
        try:
            client.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl}
            )
        except ClientError:
            if ttl_of(client, name) != table.ttl:
                raise
            return  # somebody else was quicker
    yield Change("table", name, f"items expire by {table.ttl}")


def _set_recovery(client: "DynamoDBClient", name: str, *, dry_run: bool) -> Iterator[Change]:
    try:
        now = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "UnknownOperationException":
            return  # DynamoDB Local has no backups
        raise
    if now.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
        return
    if not dry_run:
        client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    yield Change("table", name, "can be brought back to any second of the last 35 days")


def _await_active(client: "DynamoDBClient", name: str) -> dict[str, Any]:
    """The table once it and all its indexes are there. Blocks."""
    until_s, pause_s = time.monotonic() + _PATIENCE_S, 0.1
    while True:
        described = describe(client, name) or {}
        states = [described.get("TableStatus")]
        states += [index.get("IndexStatus") for index in described.get("GlobalSecondaryIndexes", ())]
        if set(states) == {"ACTIVE"}:
            return described
        if time.monotonic() > until_s:
            raise Unavailable(f"DynamoDB, {name}: still being built; run `reelwright provision` again later")
        time.sleep(pause_s)
        pause_s = min(5.0, pause_s * 2)
