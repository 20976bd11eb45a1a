"""Thousands of listeners on one gateway: bounded memory, no harm by a slow one, and all catch up after a restart."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from live.listeners import Listener, all_until, deaf, start
from parts.background import in_background
from parts.ports import free_port
from town.backing import Backing, backing
from town.customer import channel_to
from town.fleet import SHORT, Fleet
from town.waiting import until

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright.rpc.v1 import keys_pb2
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.keys_pb2_grpc import ApiKeyServiceStub
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.envelope import encode
from reelwright_chassis.ids import new_id
from reelwright_gateway.live.listener import MAX_WAITING

if TYPE_CHECKING:
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub

LISTENERS = int(os.environ.get("LIVE_LISTENERS", "500"))
"""`make test-live` has 2,000."""
PATIENCE_S = 60.0 + LISTENERS / 10
MOST_KB_EACH = 100
"""Of the gateway's memory, for each listener."""
MOST_KB_BY_EVENTS = 32_000
"""Of the gateway's memory, for all that they were told and one that reads nothing."""
LET_GO_AFTER_S = min(45.0, 15.0 + LISTENERS / 50)
"""Long enough that everybody hears every change while one that reads nothing is still there; after a minute its
connection is cut in any case."""
_MOST_NOISE = 50
OFTEN = {f"REELWRIGHT_GATEWAY_RATE_{each}": "1000000/minute" for each in ("READ", "WRITE", "CREATE", "STREAM")}
CALLER = rpc.Caller(tenant_id="t", user_id="ann")


@dataclass(frozen=True, slots=True)
class Here:
    """A director and a gateway as processes of their own, on real parts."""

    fleet: Fleet
    backing: Backing
    http: httpx.AsyncClient
    director: "ProjectServiceAsyncStub"
    port: int
    headers: dict[str, str]

    async def create(self) -> str:
        return str((await self.http.post("/v1/projects", json={"autostart": False})).json()["id"])

    async def change(self, project_id: str, version: int) -> None:
        """As the director tells it."""
        told = ProjectChanged(tenant_id="t", user_id="ann", project_id=project_id, version=version, state="uploaded")
        await self.backing.bus.publish([encode(told, source="test")])

    async def edit_past_the_gateway(self, project_id: str, title: str) -> int:
        asked = rpc.GetProjectRequest(caller=CALLER, project_id=project_id)
        had = await self.director.GetProject(asked, timeout=10)
        had.settings.title = title
        changed = rpc.UpdateProjectRequest(
            caller=CALLER, project_id=project_id, if_version=had.version, settings=had.settings
        )
        return int((await self.director.UpdateProject(changed, timeout=10)).version)

    def listeners(self, count: int, project_id: str) -> list[Listener]:
        path = f"/v1/projects/{project_id}/events"
        return [Listener(self.port, path, self.headers) for _ in range(count)]

    async def metric(self, name: str) -> float:
        _, text = await self.fleet.probe("gateway-1", "/metrics")
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))

    def memory_kb(self) -> int:
        """What the gateway holds (RSS)."""
        process = self.fleet.members["gateway-1"].process
        assert process is not None
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@asynccontextmanager
async def here(folder: Path, addresses: dict[str, dict[str, str]]) -> AsyncIterator[Here]:
    port = free_port()
    async with backing(addresses, f"live-{new_id().lower()}") as behind:
        fleet = Fleet(folder, {**SHORT, **OFTEN, **behind.env})
        fleet.add("director")
        fleet.add(
            "gateway",
            REELWRIGHT_GATEWAY_ADDRESS=f"127.0.0.1:{port}",
            REELWRIGHT_GATEWAY_SECRET="s" * 32,
            REELWRIGHT_GATEWAY_HEARTBEAT_S="2",
            REELWRIGHT_GATEWAY_STREAM_SEND_S=str(LET_GO_AFTER_S),
        )
        try:
            await in_background(fleet.start)
            await fleet.ready()
            async with channel_to(fleet.directors) as channel:
                wanted = keys_pb2.CreateKeyRequest(tenant_id="t", user_id="ann", by="test")
                made = await ApiKeyServiceStub(channel).CreateKey(wanted, timeout=30)
                headers = {"Authorization": f"Bearer {made.key}"}
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False
                ) as http:
                    yield Here(fleet, behind, http, ProjectServiceStub(channel), port, headers)
        finally:
            fleet.end()


@asynccontextmanager
async def listening(listeners: Sequence[Listener], *, at_once: int = 50) -> AsyncIterator[None]:
    running = asyncio.ensure_future(start(listeners, at_once=at_once))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _noise(project_id: str) -> list[Progressed]:
    """Long events, and no more at once than may wait for a listener."""
    who = {"tenant_id": "t", "user_id": "ann", "project_id": project_id, "stage": "render", "request_id": "r"}
    return [Progressed(**who, percent=number, doing="x" * 4_000) for number in range(MAX_WAITING - 4)]


@pytest.mark.timeout(5 * PATIENCE_S + 120)
async def test_many_listeners(tmp_path: Path, shared_parts: dict[str, dict[str, str]]) -> None:
    async with here(tmp_path, shared_parts) as it:
        project, other = await it.create(), await it.create()
        many, (witness,) = it.listeners(LISTENERS, project), it.listeners(1, other)
        async with listening([witness]):
            await all_until([witness], lambda one: one.snapshots == 1, PATIENCE_S)
            before_kb = it.memory_kb()
            async with listening(many):
                await all_until(many, lambda one: one.snapshots == 1, PATIENCE_S)
                connected_kb = it.memory_kb()
                _say(f"{LISTENERS} listeners, {(connected_kb - before_kb) / LISTENERS:.0f} KB each")
                await _a_deaf_one_harms_nobody(it, project, other, many, witness)
                told_kb = it.memory_kb()
                _say(f"{(told_kb - connected_kb) / 1_000:.1f} MB more once they were told")
                assert told_kb - before_kb < MOST_KB_EACH * LISTENERS
                assert told_kb - connected_kb < MOST_KB_BY_EVENTS
                await all_until([*many, witness], lambda one: one.heartbeats > 0, PATIENCE_S)
                await _all_catch_up_after_a_restart(it, project, many)
                assert not {status for one in many for status in one.refused}


def _say(what: str) -> None:
    print(what)  # noqa: T201 - for whoever looks


async def _a_deaf_one_harms_nobody(
    it: Here, project: str, other: str, many: Sequence[Listener], witness: Listener
) -> None:
    """It takes nothing any more; everybody else hears every change, before it is let go and after."""
    with deaf(it.port, witness.path, it.headers):
        await _until_listening(it, len(many) + 2)
        await _until_its_queue_is_full(it, other, witness)
        told = list(range(2, 12))
        began_s = time.monotonic()
        for version in told:
            await it.change(project, version)
        await all_until(many, lambda one: told[-1] in one.versions, PATIENCE_S)
        _say(f"{len(told)} changes are heard by all after {time.monotonic() - began_s:.1f} s")
        assert await it.metric("reelwright_event_listeners_let_go_total") == 0, "it was waited for"
        assert all(one.versions == [1, *told] and one.snapshots == 1 for one in many)
        await _until_metric(it, "reelwright_event_listeners_let_go_total", 1)
        await _until_listening(it, len(many) + 1)
    await it.change(project, told[-1] + 1)
    await all_until(many, lambda one: one.versions[-1] == told[-1] + 1, PATIENCE_S)


async def _until_its_queue_is_full(it: Here, other: str, witness: Listener) -> None:
    """What the two are told goes round by round, so that the one who reads never falls behind."""
    for rounds in range(1, _MOST_NOISE):
        noise = _noise(other)
        await it.backing.bus.publish([encode(progressed, source="test") for progressed in noise])
        await all_until([witness], partial(_has_heard, rounds * len(noise)), PATIENCE_S)
        if await it.metric("reelwright_event_resyncs_total") > 0:
            assert witness.snapshots == 1, "who reads is told everything"
            return
    raise AssertionError("however much it is told, there is room")


def _has_heard(progress: int, one: Listener) -> bool:
    return one.progress == progress


async def _until_listening(it: Here, count: int) -> None:
    await _until_metric(it, "reelwright_event_listeners", count)


async def _until_metric(it: Here, name: str, wanted: float) -> None:
    async def is_so() -> bool:
        return await it.metric(name) == wanted

    await until(is_so, PATIENCE_S, f"{name} is {wanted}")


async def _all_catch_up_after_a_restart(it: Here, project: str, many: Sequence[Listener]) -> None:
    """What changed while no gateway was there is the first that they are told."""
    assert await in_background(lambda: it.fleet.stop("gateway-1")) == 0
    missed = await it.edit_past_the_gateway(project, "while it was away")
    await in_background(lambda: it.fleet.start("gateway-1"))
    await it.fleet.ready("gateway-1")
    await all_until(many, lambda one: one.snapshots == 2 and one.versions[-1] == missed, PATIENCE_S)
    await it.change(project, missed + 1)
    await all_until(many, lambda one: one.versions[-1] == missed + 1, PATIENCE_S)
