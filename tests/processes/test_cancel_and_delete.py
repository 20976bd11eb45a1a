"""Cancel and delete reach work that runs, with the leases of production; what comes late changes nothing."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from town.customer import Talk
from town.town import Town, town
from town.waiting import until

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.store.port import Query
from reelwright_kling_gateway.tables import ASSETS, SUBMISSIONS
from reelwright_kling_sim import read_ledger

REACHED_WITHIN_S = 30.0
PATIENCE_S = 120.0
BOTH_AT_ONE = {"REELWRIGHT_RENDERER_CONCURRENCY": "2"}
"""Of two renderers one may have the partitions of both requests."""
SLOW_KLING = {"REELWRIGHT_SIM_LATENCY": "seeded", "REELWRIGHT_SIM_LATENCY_SCALE": "0.15"}
"""A clip takes half a minute."""


@pytest.mark.timeout(600)
async def test_they_reach_a_running_render_and_a_task_that_kling_works_on(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, talk, short=False, env=BOTH_AT_ONE) as here:
        canceled, deleted = await begun(here, "renderer", profile="standard")
        await end(here, "renderer", canceled, deleted)
        await nothing_is_kept(here, deleted)
        await here.fleet.restart("kling-sim-1", **SLOW_KLING)
        canceled, deleted = await begun(here, "kling-gateway", profile="tiny")
        assets = await assets_of(here, deleted)
        await end(here, "kling-gateway", canceled, deleted)
        await until(lambda: late_ends_are_read(here, canceled), PATIENCE_S, "Kling has made all of them")
        assert (await here.customer.get(canceled)).state == rpc.STATE_CANCELED
        await nothing_is_kept(here, deleted, assets)


async def begun(here: Town, kind: str, **how: Any) -> list[str]:
    """Two projects that a worker of this kind is at."""
    project_ids = [await here.customer.order(name, **how) for name in ("to be canceled", "to be deleted")]
    await until(lambda: are_worked_on(here, kind, project_ids), PATIENCE_S, f"a {kind} is at both")
    return project_ids


async def are_worked_on(here: Town, kind: str, project_ids: Sequence[str]) -> bool:
    if kind == "kling-gateway":
        return all([await tasks_of(here, project_id) for project_id in project_ids])
    return await jobs(here, kind) == len(project_ids)


async def end(here: Town, kind: str, canceled: str, deleted: str) -> None:
    """Cancel one, delete the other: the workers let go of both in time."""
    began_s = time.monotonic()
    await here.customer.command("Cancel", canceled)
    await here.customer.delete(deleted)
    await until(lambda: is_idle(here, kind), REACHED_WITHIN_S, f"the {kind} lets go")
    print(f"{kind}: idle {time.monotonic() - began_s:.0f} s after cancel and delete")  # noqa: T201 - a figure of the docs
    assert (await here.customer.get(canceled)).state == rpc.STATE_CANCELED
    with pytest.raises(grpc.aio.AioRpcError, match="There is no such project"):
        await here.customer.get(deleted)


async def is_idle(here: Town, kind: str) -> bool:
    return await jobs(here, kind) == 0


async def jobs(here: Town, kind: str) -> float:
    """That processes of this kind have in hand."""
    names = [name for name in here.fleet.names() if name.startswith(f"{kind}-")]
    return sum([await here.fleet.metric(name, "reelwright_jobs_running", worker=kind) for name in names])


async def nothing_is_kept(here: Town, project_id: str, assets: Sequence[str] = ()) -> None:
    """No blob, and no row of the kling-gateway."""
    prefixes = [f"audio-projects/{project_id}/", f"final-videos/{project_id}/"]
    prefixes += [f"ai-generated/{asset_id}." for asset_id in assets]

    async def is_gone() -> bool:
        blobs = [blob.key for prefix in prefixes async for blob in here.backing.blobs.list(prefix)]
        return not blobs and not await assets_of(here, project_id)

    await until(is_gone, PATIENCE_S, "what was kept of the deleted project is gone")


async def assets_of(here: Town, project_id: str) -> list[str]:
    page = await here.backing.store.query(Query(ASSETS, project_id, index="project"))
    return [str(item["asset_id"]) for item in page.items]


async def tasks_of(here: Town, project_id: str) -> list[dict[str, Any]]:
    """The submissions of a project that Kling has taken."""
    pages = [await here.backing.store.query(Query(SUBMISSIONS, each)) for each in await assets_of(here, project_id)]
    return [dict(item) for page in pages for item in page.items if item.get("task_id")]


async def late_ends_are_read(here: Town, canceled: str) -> bool:
    rows = await asyncio.to_thread(read_ledger, here.fleet.sim_state)
    booked = all(task["state"] == "succeeded" for task in await tasks_of(here, canceled))
    return booked and all(row.finished_at_ms is not None and row.is_charged for row in rows)
