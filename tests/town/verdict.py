"""What must hold when the dust has settled: everything made once, paid once, and nothing left hanging."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from town.town import Town
from town.waiting import until

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.store.port import Query, Store
from reelwright_chassis.topics import topics
from reelwright_director import tables
from reelwright_director.keys import all_outbox_shards
from reelwright_director.store import ProjectStore
from reelwright_kling_sim import read_ledger

_READ_WITHIN_S = 15.0
"""Whoever only listens, as the webhooks do, may be a few events behind when the last project is completed."""


async def settled(here: Town, project_ids: Sequence[str]) -> None:
    """Everybody is back, everything is made and paid for once, and there is nothing left to do."""
    await here.fleet.ready()
    paid_once(here.fleet.sim_state)
    await one_video_each(here.backing.blobs, project_ids)
    await nothing_hangs(here.backing.bus, here.backing.store, project_ids)


def all_completed(projects: Sequence[rpc.Project]) -> None:
    others = [
        (project.project_id, rpc.State.Name(project.state), project.failure.reason_code, project.failure.message)
        for project in projects
        if project.state != rpc.STATE_COMPLETED
    ]
    assert not others, others


def paid_once(sim_state: Path) -> None:
    """By the simulator's own ledger: a submission is charged once, and of an asset's rungs one at most succeeded."""
    rows = [row for row in read_ledger(sim_state) if row.is_charged]
    submissions = Counter(row.external_task_id for row in rows)
    assert rows
    assert not {name: count for name, count in submissions.items() if count > 1}
    assets = Counter(str(row.external_task_id).rsplit("-", 1)[0] for row in rows)
    assert not {asset: count for asset, count in assets.items() if count > 1}


async def one_video_each(blobs: Blobs, project_ids: Sequence[str]) -> None:
    for project_id in project_ids:
        found = [blob.key async for blob in blobs.list(f"final-videos/{project_id}/") if blob.key.endswith(".mp4")]
        assert len(found) == 1, (project_id, found)


async def is_all_read(bus: Bus) -> bool:
    lags = [await bus.lag(topic.name, group) for topic in topics().topics.values() for group in topic.groups]
    return not any(lags)


async def nothing_hangs(bus: Bus, store: Store, project_ids: Sequence[str]) -> None:
    """Offsets at their ends, the outbox empty, no request outstanding and no lease held, no dead letter."""
    await until(lambda: is_all_read(bus), _READ_WITHIN_S, "every group is at the end of its topics")
    for shard in all_outbox_shards():
        assert not (await store.query(Query(tables.OUTBOX, shard))).items
    projects = ProjectStore(store)
    for project_id in project_ids:
        project = await projects.load(project_id)
        assert project is not None
        assert not project.requests, (project_id, project.requests)
