"""What is kept of a project goes when it was deleted, and nothing of another one."""

from pathlib import Path

from reelwright.events.v1.facts_pb2 import ProjectDeleted
from reelwright.events.v1.media_pb2 import Asset
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.envelope import encode
from reelwright_chassis.store.port import Query
from reelwright_chassis.testing import EmbeddedParts, embedded_parts, running
from reelwright_kling_gateway.assets import Assets
from reelwright_kling_gateway.client.order import Order, Product
from reelwright_kling_gateway.deletions import GROUP, deletions
from reelwright_kling_gateway.ladder import Rung
from reelwright_kling_gateway.ledger import Holder, Ledger
from reelwright_kling_gateway.submissions import Submission
from reelwright_kling_gateway.tables import ASSETS, SUBMISSIONS, TABLES

ORDER = Order(Product.STILL, "kling-v3", "somebody's words", "9:16", "2k", 0, "asset-rung")


async def make(here: EmbeddedParts, project_id: str, asset_id: str) -> None:
    """A finished picture."""
    request = AssetRequested(project_id=project_id, asset_id=asset_id, request_id=f"request-{asset_id}")
    ledger = Ledger(here.parts.store, SystemClock())
    await ledger.open(Submission(asset_id, Rung.PLANNED, ORDER, 0.1), Holder(request.request_id, "w", 1))
    await here.parts.blobs.put_bytes(f"ai-generated/{asset_id}.jpg", b"picture", content_type="image/jpeg")
    await Assets(here.parts.store, here.parts.blobs, SystemClock()).put_ready(request, Asset(asset_id=asset_id))


async def kept(here: EmbeddedParts, asset_id: str) -> tuple[int, int, int]:
    """Rows of assets and submissions, and files."""
    rows = await here.parts.store.get(ASSETS, {"asset_id": asset_id})
    submissions = (await here.parts.store.query(Query(SUBMISSIONS, asset_id))).items
    blobs = [blob async for blob in here.parts.blobs.list(f"ai-generated/{asset_id}.")]
    return int(rows is not None), len(submissions), len(blobs)


async def test_rows_and_files_of_a_deleted_project_go(tmp_path: Path) -> None:
    async with embedded_parts(tmp_path) as here:
        await here.parts.store.ensure(TABLES)
        for project_id, asset_id in (("gone", "a"), ("gone", "b"), ("stays", "c")):
            await make(here, project_id, asset_id)
        async with running(deletions(here.parts)):
            for _ in range(2):  # it may be heard of twice
                await here.parts.bus.publish([encode(ProjectDeleted(project_id="gone"), source="test")])
            while await here.parts.bus.lag("project.deletions", GROUP):
                pass  # each look takes the bus a moment
        assert await kept(here, "a") == await kept(here, "b") == (0, 0, 0)
        assert await kept(here, "c") == (1, 1, 1)
