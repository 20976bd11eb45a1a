"""The assets that this service made: one row each, so that a request asked twice is answered from the first time."""

from reelwright.events.v1.media_pb2 import Asset
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.clock import Clock
from reelwright_chassis.store.port import Store, Value
from reelwright_kling_gateway.tables import ASSETS, SCHEMA_VERSION


class Assets:
    def __init__(self, store: Store, blobs: Blobs, clock: Clock) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock

    async def ready(self, asset_id: str) -> Asset | None:
        """The finished asset, unless its file is gone."""
        row = await self._store.get(ASSETS, {"asset_id": asset_id})
        if row is None or row["status"] != "ready":
            return None
        asset = Asset.FromString(bytes(row["asset"]))  # type: ignore[arg-type]
        if asset.blob.key and await self._blobs.stat(asset.blob.key) is None:
            return None
        return asset

    async def put_making(self, request: AssetRequested) -> None:
        await self._put(request, "making", {})

    async def put_ready(self, request: AssetRequested, asset: Asset) -> None:
        await self._put(request, "ready", {"asset": asset.SerializeToString(), "cost_usd": asset.cost_usd})

    async def put_failed(self, request: AssetRequested, reason_code: str) -> None:
        await self._put(request, "failed", {"reason_code": reason_code})

    async def _put(self, request: AssetRequested, status: str, more: dict[str, Value]) -> None:
        """Whoever writes last is right: all writers read the same submissions."""
        item: dict[str, Value] = {
            "schema_version": SCHEMA_VERSION,
            "asset_id": request.asset_id,
            "tenant_id": request.tenant_id,
            "user_id": request.user_id,
            "project_id": request.project_id,
            "request_id": request.request_id,
            "scene_id": request.scene_id,
            "take": request.take,
            "status": status,
            "updated_at_s": self._clock.now_s(),
            **more,
        }
        await self._store.put(ASSETS, item)
