"""What this service keeps of a deleted project, its rows and its files, goes when the director says so."""

from collections.abc import AsyncIterator
from typing import Any, cast

from google.protobuf.message import Message

from reelwright.events.v1.facts_pb2 import ProjectDeleted
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.bus.port import Record
from reelwright_chassis.logs import get_logger
from reelwright_chassis.parts import Parts
from reelwright_chassis.store.port import Query, Store
from reelwright_chassis.worker.facts import FactConsumer
from reelwright_kling_gateway.tables import ASSETS, SUBMISSIONS

GROUP = "kling-gateway-deletions"

log = get_logger(__name__)


def deletions(parts: Parts) -> FactConsumer:
    """The service that hears of deletions. Hearing of one twice does no harm."""
    forgetting = Forgetting(parts.store, parts.blobs)
    return FactConsumer(
        parts.bus,
        forgetting.hear,
        topic="project.deletions",
        group=GROUP,
        member=parts.instance,
        types=[ProjectDeleted],
    )


class Forgetting:
    def __init__(self, store: Store, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs

    async def hear(self, fact: Message, _: Record) -> None:
        project_id = cast(ProjectDeleted, fact).project_id
        count = 0
        async for asset_id in self._assets(project_id):
            await self._forget(asset_id)
            count += 1
        log.info("project_forgotten", project_id=project_id, assets=count)

    async def _assets(self, project_id: str) -> AsyncIterator[str]:
        async for item in self._all(Query(ASSETS, project_id, index="project")):
            yield str(item["asset_id"])

    async def _forget(self, asset_id: str) -> None:
        """The row of the asset last, so that what a crash leaves is found again.

        A task that runs at the vendor goes on there, and holds its slot until its lease ends: nothing ends it. Whoever
        follows it finds no row of it to write to.
        """
        async for blob in self._blobs.list(f"ai-generated/{asset_id}."):
            await self._blobs.delete(blob.key)
        async for item in self._all(Query(SUBMISSIONS, asset_id)):
            await self._store.delete(SUBMISSIONS, {"asset_id": asset_id, "rung": str(item["rung"])})
        await self._store.delete(ASSETS, {"asset_id": asset_id})

    async def _all(self, query: Query) -> AsyncIterator[dict[str, Any]]:
        """Read before the first of them goes: a page's cursor is an item."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self._store.query(Query(query.table, query.partition, index=query.index, cursor=cursor))
            items += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        for item in items:
            yield item
