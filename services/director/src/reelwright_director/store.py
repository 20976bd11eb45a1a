"""Reads and writes projects: everything that one decision changes is one transaction on the project's version."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reelwright_chassis.store.port import Absent, Condition, Delete, Equals, Put, Query, Store, Value, Write
from reelwright_director import documents, tables
from reelwright_director.audit import AuditLine, audit_put, project_subject
from reelwright_director.codec import SCHEMA_VERSION, item_project, project_item
from reelwright_director.decision import Booking, Decision, Document, DocumentKey
from reelwright_director.dispatch import ready_rows
from reelwright_director.keys import all_due_shards, owner_key
from reelwright_director.once import Once, made_before, once_put
from reelwright_director.outbox import OutboxRow, outbox_item
from reelwright_director.state import Project
from reelwright_director.terms import State

_PAGE = 100


class ProjectStore:
    """The director's tables. Every method raises `Unavailable` when the store cannot be reached."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ensure(self) -> None:
        await self._store.ensure(tables.ALL)

    async def load(self, project_id: str) -> Project | None:
        item = await self._store.get(tables.PROJECTS, {"project_id": project_id})
        return None if item is None else item_project(item)

    async def document(self, project_id: str, key: DocumentKey) -> Document | None:
        return await documents.load(self._store, project_id, key)

    async def obeyed(self, once: Once | None) -> Project | None:
        """The project of a command that was obeyed before. Raises `Refused`: idempotency_key_reused."""
        made = await made_before(self._store, once)
        return None if made is None else await self.load(str(made["project_id"]))

    async def commit(
        self,
        before: Project | None,
        decision: Decision,
        rows: Sequence[OutboxRow],
        once: Once | None,
        now_s: float,
        *,
        line: AuditLine | None = None,
    ) -> None:
        """All of it or nothing. Raises `Conflict` when the project (or the key) is no longer as it was read."""
        after = decision.project
        unchanged: Condition = Absent() if before is None else Equals({"version": before.version})
        writes: list[Write] = [Put(tables.PROJECTS, project_item(after), when=unchanged)]
        writes += _document_writes(before, decision)
        writes += _dispatch_writes(before, after)
        writes += _reference_writes(before, after)
        writes += [Put(tables.OUTBOX, outbox_item(row)) for row in rows]
        writes += [_ledger_put(after, booking, now_s) for booking in decision.bookings]
        if once is not None:
            writes.append(once_put(once, now_s, project_id=after.project_id))
        if line is not None:
            writes.append(audit_put(project_subject(after.project_id), line))
        await self._store.transact(writes)

    async def put_once(self, project: Project, once: Once, now_s: float) -> None:
        """Remember a command that changed nothing. Raises `Conflict` when its key is known by now."""
        await self._store.transact([once_put(once, now_s, project_id=project.project_id)])

    async def due(self, until_s: float) -> list[str]:
        """Projects with something due by then, soonest first within each shard; a page of each."""
        found: list[str] = []
        for shard in all_due_shards():
            page = await self._store.query(Query(tables.PROJECTS, shard, index="due", high=until_s, limit=_PAGE))
            found += [str(item["project_id"]) for item in page.items]
        return found

    async def scheduled(self) -> list[str]:
        """Every project that has something due, ever."""
        found: list[str] = []
        for shard in all_due_shards():
            query: Query | None = Query(tables.PROJECTS, shard, index="due", limit=_PAGE)
            while query is not None:
                page = await self._store.query(query)
                found += [str(item["project_id"]) for item in page.items]
                query = replace(query, cursor=page.next_cursor) if page.next_cursor else None
        return found

    async def remove_documents(self, project_id: str) -> None:
        await documents.remove_all(self._store, project_id)


def _document_writes(before: Project | None, decision: Decision) -> Iterator[Write]:
    """New documents, and the end of those that nobody names any more. A deleted project's go with its blobs."""
    after = decision.project
    for key, document in decision.documents.items():
        yield from documents.puts(after.project_id, key, document)
    if before is not None and after.state is not State.DELETED:
        for key in documents.keys_of(before) - documents.keys_of(after):
            yield from documents.deletes(before, key)


def _dispatch_writes(before: Project | None, after: Project) -> Iterator[Write]:
    had, has = ready_rows(before) if before else {}, ready_rows(after)
    for key, row in has.items():
        if had.get(key) != row:
            yield Put(tables.DISPATCH, row)
    for family, request_id in had.keys() - has.keys():
        yield Delete(tables.DISPATCH, {"family": family, "request_id": request_id})


def _reference_writes(before: Project | None, after: Project) -> Iterator[Write]:
    had, has = before.client_reference if before else "", after.client_reference
    if had != has:
        for reference, write in ((had, Delete), (has, Put)):
            if reference:
                key = {"reference": reference_key(after, reference), "project_id": after.project_id}
                yield write(tables.REFERENCES, key)


def reference_key(project: Project, reference: str) -> str:
    return f"{owner_key(project.tenant_id, project.user_id)}#{reference}"


def _ledger_put(project: Project, booking: Booking, now_s: float) -> Write:
    item: dict[str, Value] = {
        "request_id": booking.request_id,
        "attempt": booking.attempt,
        "schema_version": SCHEMA_VERSION,
        "owner": owner_key(project.tenant_id, project.user_id),
        "tenant_id": project.tenant_id,
        "project_id": project.project_id,
        "booked_at": now_s,
        "stage": booking.stage.value,
        "outcome": booking.outcome,
        "cost_usd": booking.cost_usd,
    }
    return Put(tables.USAGE, item)
