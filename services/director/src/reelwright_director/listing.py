"""Lists of a caller's projects, and what they used."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.store.port import Query, Store, Value
from reelwright_director import tables
from reelwright_director.codec import item_project
from reelwright_director.decision import Refused
from reelwright_director.expect import number
from reelwright_director.keys import owner_key
from reelwright_director.state import Project
from reelwright_director.terms import Stage, State

_USUAL_LIMIT = 50
_HIGHEST_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which projects; "" and None for any. A label is `key` or `key=value`."""

    state: State | None = None
    reason_code: str = ""
    client_reference: str = ""
    label: str = ""

    @classmethod
    def of(cls, request: rpc.ListProjectsRequest) -> Self:
        name = rpc.State.Name(request.state).removeprefix("STATE_")
        state = None if request.state == rpc.STATE_UNSPECIFIED else State[name]
        return cls(state, request.reason_code, request.client_reference, request.label)

    def fits(self, project: Project) -> bool:
        failure = project.failure.reason_code if project.failure else ""
        key, _, value = self.label.partition("=")
        return (
            project.state is not State.DELETED
            and self.state in (None, project.state)
            and self.reason_code in ("", failure)
            and self.client_reference in ("", project.client_reference)
            and (not key or (key in project.labels and value in ("", project.labels[key])))
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """A user of a tenant; without a user, all of the tenant's."""

    tenant_id: str
    user_id: str = ""

    @property
    def owner(self) -> str:
        return owner_key(self.tenant_id, self.user_id)

    def projects(self) -> Query:
        if self.user_id:
            return Query(tables.PROJECTS, self.owner, index="user-projects", ascending=False)
        return Query(tables.PROJECTS, self.tenant_id, index="tenant-projects", ascending=False)

    def usage(self) -> Query:
        if self.user_id:
            return Query(tables.USAGE, self.owner, index="owner-usage")
        return Query(tables.USAGE, self.tenant_id, index="tenant-usage")


@dataclass(frozen=True, slots=True)
class ProjectPage:
    projects: Sequence[Project]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Usage:
    cost_usd: float
    projects: int
    videos: int


class Listing:
    """Reads over many projects of one user or tenant, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, whose: Whose, wanted: Wanted, cursor: str, limit: int) -> ProjectPage:
        """Up to `limit` projects (0: 50) after `cursor`. By a user's client reference the answer is exact at once."""
        query = whose.projects()
        if wanted.client_reference and whose.user_id:
            query = Query(tables.REFERENCES, f"{whose.owner}#{wanted.client_reference}", ascending=False)
        return await self._collect(query, wanted, cursor, min(limit or _USUAL_LIMIT, _HIGHEST_LIMIT))

    async def _collect(self, query: Query, wanted: Wanted, cursor: str, limit: int) -> ProjectPage:
        found: list[Project] = []
        next_cursor: str | None = cursor or None
        while True:
            try:
                page = await self._store.query(replace(query, cursor=next_cursor, limit=limit - len(found)))
            except ValueError as error:
                raise Refused("cursor_invalid") from error
            projects = [await self._project(item) for item in page.items]
            found += [project for project in projects if project is not None and wanted.fits(project)]
            next_cursor = page.next_cursor
            if next_cursor is None or len(found) >= limit:
                return ProjectPage(found, next_cursor or "")

    async def _project(self, item: dict[str, Value]) -> Project | None:
        """From the project's own item, or by the name that a reference holds."""
        if "body" not in item:
            named = await self._store.get(tables.PROJECTS, {"project_id": str(item["project_id"])})
            return None if named is None else item_project(named)
        return item_project(item)

    async def usage(self, whose: Whose, since_s: float) -> Usage:
        """What was booked, and how many projects and videos were made, since then."""
        lines = [line async for line in self._all(replace(whose.usage(), low=since_s))]
        projects = replace(whose.projects(), low=since_s)
        count = len([item async for item in self._all(projects)])
        videos = sum(1 for line in lines if line["stage"] == Stage.RENDER.value and line["outcome"] == "done")
        return Usage(round(sum(number(line["cost_usd"]) for line in lines), 6), count, videos)

    async def _all(self, query: Query) -> AsyncIterator[dict[str, Value]]:
        cursor: str | None = None
        while True:
            page = await self._store.query(replace(query, cursor=cursor))
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return
