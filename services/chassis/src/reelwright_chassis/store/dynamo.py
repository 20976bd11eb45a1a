"""The store in DynamoDB."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from reelwright_chassis import metrics
from reelwright_chassis.clock import Clock, SystemClock
from reelwright_chassis.errors import Conflict, Unavailable
from reelwright_chassis.ids import new_id
from reelwright_chassis.store.cursors import Cursor, encode_cursor
from reelwright_chassis.store.dynamo_calls import DynamoCalls
from reelwright_chassis.store.dynamo_codec import decode_item, decode_sort, encode_item, encode_value
from reelwright_chassis.store.dynamo_errors import Trouble, as_unavailable, cancellation_troubles, read_trouble
from reelwright_chassis.store.dynamo_expressions import condition_parameters, query_parameters
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.dynamo_tables import provision_blocking, why_not_ready
from reelwright_chassis.store.limits import check_writes, position
from reelwright_chassis.store.port import Check, Condition, Delete, Item, Key, Page, Put, Query, Table, Value, Write
from reelwright_chassis.store.ranges import Range, check_query
from reelwright_chassis.timing import timed

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import QueryOutputTypeDef

_OPERATIONS = {Put: "Put", Delete: "Delete", Check: "ConditionCheck"}


class DynamoStore:
    """Implements `Store`. Tables are read consistently; indexes are a moment behind, as DynamoDB's are."""

    def __init__(self, settings: DynamoSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = DynamoCalls(settings, clock)
        self._tables: dict[str, Table] = {}

    @classmethod
    async def open(cls, settings: DynamoSettings, *, clock: Clock | None = None) -> Self:
        """Whether DynamoDB answers shows with the first call. Raises `SettingsError`."""
        store = cls(settings, clock or SystemClock())
        await store._calls.connect()
        return store

    async def close(self) -> None:
        """Idempotent."""
        await self._calls.close()

    async def ensure(self, tables: Sequence[Table]) -> None:
        """See that the tables are there, once each. They are made only where `create_tables` says so.

        A service is no place to make tables: its identity should not have the right, and twenty replicas that start at
        once would all try. `reelwright provision` makes them, and `Unavailable` says so until it has.
        """
        new = [table for table in tables if self._tables.get(table.name) != table]
        if not new:
            return
        if self._settings.create_tables:
            await self._calls.make("making tables", partial(self._provision, new), repeatable=True)
        for table in new:
            why = await self._calls.make(
                self._what("DescribeTable", table), partial(self._why_not, table), repeatable=True
            )
            if why:
                raise Unavailable(f"DynamoDB: {why}")
            self._tables[table.name] = table

    async def get(self, table: Table, key: Key) -> dict[str, Value] | None:
        self._check_declared(table)
        where = self._key(table, key)

        def get(client: "DynamoDBClient") -> dict[str, Any] | None:
            return client.get_item(TableName=self._name(table), Key=where, ConsistentRead=True).get("Item")

        with timed(metrics.STORE_SECONDS.labels(operation="get")):
            found = await self._calls.make(self._what("GetItem", table), get, repeatable=True)
        item = None if found is None else decode_item(found)
        return None if item is None or self._expired(table, item) else item

    async def put(self, table: Table, item: Item, *, when: Condition | None = None) -> None:
        await self.transact([Put(table, item, when)])

    async def delete(self, table: Table, key: Key, *, when: Condition | None = None) -> None:
        await self.transact([Delete(table, key, when)])

    async def transact(self, writes: Sequence[Write]) -> None:
        """One write is made as such; it costs half of a transaction.

        A single write with a condition is not repeated when its answer was lost: it could find its own work, and report
        a conflict with it. Its `Unavailable` means that it may have been made.
        """
        for write in writes:
            self._check_declared(write.table)
        check_writes(writes)
        now_s = self._clock.now_s()
        parameters = [self._parameters(write, now_s) for write in writes]
        with timed(metrics.STORE_SECONDS.labels(operation="write")):
            try:
                await self._write(writes, parameters)
            except (ClientError, BotoCoreError) as error:
                raise _judged(error, writes) from error

    async def query(self, query: Query) -> Page:
        self._check_declared(query.table)
        checked = check_query(query)
        if checked.empty:
            return Page([])
        parameters = self._query(query, checked)
        with timed(metrics.STORE_SECONDS.labels(operation="query")):
            found = await self._calls.make(
                self._what("Query", query.table), lambda client: client.query(**parameters), repeatable=True
            )
        return _page(query, checked, found)

    async def _write(self, writes: Sequence[Write], parameters: Sequence[dict[str, Any]]) -> None:
        what = self._what("Write", writes[0].table)
        match writes:
            case [Put()]:
                await self._calls.make(
                    what, lambda client: client.put_item(**parameters[0]), repeatable=writes[0].when is None
                )
            case [Delete()]:
                await self._calls.make(
                    what, lambda client: client.delete_item(**parameters[0]), repeatable=writes[0].when is None
                )
            case _:
                items: Any = [{_OPERATIONS[type(write)]: said} for write, said in zip(writes, parameters, strict=True)]
                # By its token DynamoDB knows the transaction again, and makes it once however often it is sent.
                token = new_id()
                await self._calls.make(
                    what,
                    lambda client: client.transact_write_items(TransactItems=items, ClientRequestToken=token),
                    repeatable=True,
                )

    def _parameters(self, write: Write, now_s: float) -> dict[str, Any]:
        place = (
            {"Item": encode_item(write.item)} if isinstance(write, Put) else {"Key": self._key(write.table, write.key)}
        )
        return {
            "TableName": self._name(write.table),
            **place,
            **condition_parameters(write.table, write.when, now_s),
        }

    def _query(self, query: Query, checked: Range) -> dict[str, Any]:
        index = {"ConsistentRead": True} if checked.index is None else {"IndexName": checked.index.name}
        start = {} if checked.after is None else {"ExclusiveStartKey": _start_key(query, checked, checked.after)}
        return {
            "TableName": self._name(query.table),
            "Limit": query.limit,
            "ScanIndexForward": query.ascending,
            **index,
            **start,
            **query_parameters(query, checked, self._clock.now_s()),
        }

    def _key(self, table: Table, key: Item) -> dict[str, Any]:
        place = position(table, dict(key))
        return {
            name: encode_value(value)
            for name, value in zip((table.partition, table.sort), place, strict=True)
            if name is not None
        }

    def _expired(self, table: Table, item: Item) -> bool:
        until_s = None if table.ttl is None else item.get(table.ttl)
        return isinstance(until_s, int | float) and until_s <= self._clock.now_s()

    def _check_declared(self, table: Table) -> None:
        if self._tables.get(table.name) != table:
            raise ValueError(f"table {table.name} was not ensured as it is declared here")

    def _provision(self, tables: Sequence[Table], client: "DynamoDBClient") -> None:
        provision_blocking(client, self._settings, tables)

    def _why_not(self, table: Table, client: "DynamoDBClient") -> str:
        return why_not_ready(client, self._settings, table)

    def _name(self, table: Table) -> str:
        return self._settings.table_prefix + table.name

    def _what(self, operation: str, table: Table) -> str:
        return f"{operation} on {self._name(table)}"


def _page(query: Query, checked: Range, found: "QueryOutputTypeDef") -> Page:
    items = [decode_item(item) for item in found["Items"]]
    last = found.get("LastEvaluatedKey")
    if not last:
        return Page(items)
    table = query.table
    item_sort = "" if table.sort is None else decode_sort(last[table.sort])
    sort = "" if checked.sort is None else decode_sort(last[checked.sort])
    return Page(items, encode_cursor(Cursor(sort, str(last[table.partition]["S"]), item_sort)))


def _start_key(query: Query, checked: Range, cursor: Cursor) -> dict[str, Any]:
    table = query.table
    key: dict[str | None, Value] = {table.sort: cursor.item_sort, table.partition: cursor.item_partition}
    if checked.index is not None:
        key |= {checked.index.sort: cursor.sort, checked.index.partition: query.partition}
    return {name: encode_value(value) for name, value in key.items() if name is not None}


def _judged(error: ClientError | BotoCoreError, writes: Sequence[Write]) -> Exception:
    """Nothing was written: because a condition does not hold, or because others held the items all the time."""
    if read_trouble(error) is Trouble.CONTENDED and not any(write.when for write in writes):
        return as_unavailable(error, "writing")
    table = next(_unmet(error, writes), writes[0].table)
    metrics.STORE_CONFLICTS.labels(table=table.name).inc()
    return Conflict(f"a condition on {table.name} does not hold")


def _unmet(error: ClientError | BotoCoreError, writes: Sequence[Write]) -> Iterator[Table]:
    for write, trouble in zip(writes, cancellation_troubles(error), strict=False):
        if trouble is Trouble.UNMET:
            yield write.table
