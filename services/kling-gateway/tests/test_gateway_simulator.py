"""The whole handler against the simulator, in process: what its ledger says is what was paid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_chassis.parts import Parts
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import FakeJob
from reelwright_kling_gateway.generate import Studio, generate
from reelwright_kling_gateway.probe import MediaFacts, probe
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_gateway.tables import TABLES
from reelwright_kling_gateway.testing import JumpClock
from reelwright_kling_gateway.wiring import kling_client, open_studio
from reelwright_kling_sim.clock import ManualClock
from reelwright_kling_sim.in_process import BASE_URL, InProcess, simulator
from reelwright_kling_sim.settings import SimSettings


async def probe_here(path: Path) -> MediaFacts:
    """Without a subprocess, which is tested elsewhere."""
    return probe(path)


@dataclass
class Bench:
    sim: InProcess
    store: SqliteStore
    blobs: FolderBlobs
    clock: JumpClock
    folder: Path
    client: httpx.AsyncClient

    def studio(self, **settings: Any) -> Studio:
        """A new process on the same state."""
        parts = Parts(bus=None, store=self.store, blobs=self.blobs, director=None, scratch=self.folder, instance="a")  # type: ignore[arg-type]
        chosen = KlingSettings(provider="sim", base_url=BASE_URL, priced=True, **settings)
        kling = kling_client(chosen, self.client, self.clock)
        return open_studio(parts, chosen, kling=kling, client=self.client, probe=probe_here, clock=self.clock)

    def job(self, attempt: int = 1) -> FakeJob:
        return FakeJob(self.folder, attempt=attempt)


@asynccontextmanager
async def bench(tmp_path: Path, **knobs: Any) -> AsyncIterator[Bench]:
    clock = JumpClock()
    sim_clock = ManualClock(clock.now_s())
    clock.moved = sim_clock.advance
    settings = SimSettings(state_dir=tmp_path / "sim", drawing="flat", max_height=128, **knobs)
    async with simulator(settings, clock=sim_clock) as sim, httpx.AsyncClient(transport=sim.transport()) as client:
        store = await SqliteStore.open(tmp_path / "store.sqlite", clock=clock)
        await store.ensure(TABLES)
        blobs = FolderBlobs(tmp_path / "blobs")
        try:
            yield Bench(sim, store, blobs, clock, tmp_path, client)
        finally:
            blobs.close()
            await store.close()


def request(prompt: str = "waves at dawn", **more: Any) -> AssetRequested:
    fields: dict[str, Any] = {
        "project_id": "project",
        "request_id": "request",
        "asset_id": "asset-1",
        "scene_id": "scene-1",
        "kind": media_pb2.ASSET_KIND_CLIP,
        "duration_s": 3.2,
        "aspect": "9:16",
        "lowest_rung": media_pb2.RUNG_CARD,
        "cost_cap_usd": 5.0,
    }
    return AssetRequested(prompt=prompt, **(fields | more))


async def test_a_clip_is_ordered_fetched_and_booked(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        fact = await generate(on.studio(), request(), on.job())
        asset = fact.asset
        assert asset.kind == media_pb2.ASSET_KIND_CLIP
        assert asset.blob.key == "ai-generated/asset-1.mp4"
        assert asset.duration_s == pytest.approx(4.0, abs=0.1)
        assert asset.height_px > asset.width_px
        assert (asset.rung, asset.calls_charged, asset.simulated) == (media_pb2.RUNG_PLANNED, 1, True)
        assert asset.cost_usd == pytest.approx(4 * 0.6 * 0.14)
        [row] = await on.sim.ledger("asset-1")
        assert row.external_task_id == "asset-1-planned"


async def test_a_still_is_ordered_fetched_and_booked(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        fact = await generate(on.studio(), request(kind=media_pb2.ASSET_KIND_STILL), on.job())
        assert fact.asset.kind == media_pb2.ASSET_KIND_STILL
        assert fact.asset.cost_usd == pytest.approx(8 * 0.0035)
        assert fact.asset.duration_s == 0
        assert len(await on.sim.ledger("asset-1")) == 1
