"""Live progress: what a listener is told, in which order, and what happens to a slow one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from apihouse import house

from reelwright.events.v1.facts_pb2 import Progressed, ProjectChanged
from reelwright_chassis.clock import SystemClock
from reelwright_chassis.envelope import encode
from reelwright_chassis.home import open_home
from reelwright_gateway.events.stream import Snapshot, stream
from reelwright_gateway.live.hub import LiveHub, of_owner, of_project
from reelwright_gateway.live.listener import MAX_WAITING, Event, Listener

Told = tuple[str, dict[str, Any]]


@asynccontextmanager
async def listening(client: httpx.AsyncClient, path: str) -> AsyncIterator[AsyncIterator[Told]]:
    """The events of a stream: name and data."""
    async with client.stream("GET", path) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Told]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: ") and name != "hello":
            yield name, json.loads(line.removeprefix("data: "))


async def test_a_project_is_followed_from_its_snapshot_to_its_end(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.served() as client:
        made = await here.create()
        async with listening(client, f"/v1/projects/{made['id']}/events") as events:
            name, snapshot = await anext(events)
            assert (name, snapshot["state"]) == ("snapshot", "created")
            await here.upload(made)
            versions, states = [snapshot["version"]], []
            while "completed" not in states:
                name, told = await anext(events)
                if name == "change":
                    versions.append(told["version"])
                    states.append(told["state"])
            assert versions == sorted(set(versions))
            assert {"transcribing", "planning", "generating", "compiling"} <= set(states)
            await here.http.delete(f"/v1/projects/{made['id']}")
            assert [told["state"] async for _, told in events] == ["deleted"]


async def test_all_of_the_callers_projects_come_in_one_stream(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here, here.served() as client:
        first = await here.create()
        async with listening(client, "/v1/events") as events:
            _, snapshot = await anext(events)
            assert [item["id"] for item in snapshot["items"]] == [first["id"]]
            second = await here.create()
            _, told = await anext(events)
            assert (told["project_id"], told["state"]) == (second["id"], "created")


async def test_a_stranger_gets_an_answer_and_no_stream(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here, here.served() as client:
        answer = await client.get("/v1/projects/01JD9ZQ1S7M4V0F5X8C2K3N6PB/events")
        assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")


async def test_a_shutdown_ends_the_streams(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here, here.served() as client:
        made = await here.create()
        async with listening(client, f"/v1/projects/{made['id']}/events") as events:
            await anext(events)
            here.deps.hub.stop()
            assert [told async for told in events] == []


async def test_progress_shows_in_the_project(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        await here.upload(made)
        told = Progressed(
            tenant_id="local", user_id="local", project_id=made["id"], request_id="r", stage="transcription", percent=50
        )
        with here.deps.hub.listening(of_project(made["id"])) as listener:
            await here.parts.bus.publish([encode(told, source="test")])
            while (event := await listener.next(10)) is not None and event.version:
                pass
        now = await here.get(made)
        assert now["progress"] == {"stage": "transcription", "percent": 10.0, "eta_at": None}


async def test_the_hub_hands_on_to_the_project_and_its_owner_alone(tmp_path: Path) -> None:
    change = ProjectChanged(tenant_id="t", user_id="u", project_id="p", version=3, state="planned")
    async with open_home(tmp_path) as home:
        hub = LiveHub(home.bus, SystemClock())
        running = asyncio.create_task(hub.run())
        with (
            hub.listening(of_project("p")) as its,
            hub.listening(of_owner("t", "u")) as owners,
            hub.listening(of_owner("t", "v")) as others,
        ):
            await hub.until_ready()
            await home.bus.publish([encode(change, source="test")])
            first, second = await its.next(10), await owners.next(10)
            assert first is not None
            assert (first.version, second) == (3, first)
            assert await others.next(0) is None
        hub.stop()
        await running


def _event(version: int) -> Event:
    return Event("p", version, f"{version} ".encode())


async def test_who_does_not_read_is_given_a_new_snapshot_and_a_known_amount_of_memory() -> None:
    listener = Listener()
    offered = [listener.offer(_event(version)) for version in range(1, 10_000)]
    assert offered.count(True) == MAX_WAITING
    taken: list[bytes] = []

    async def snapshot() -> Snapshot:
        return Snapshot(b"snapshot ", {"p": 9_000})

    async for data in stream(listener, snapshot, SystemClock(), lifetime_s=60):
        taken.append(data)
        if len(taken) == 2:
            listener.offer(_event(8_999))
            listener.offer(_event(9_001))
        if len(taken) == 3:
            listener.close()
    assert taken[0].endswith(b"snapshot ")
    assert taken[1:] == [b"snapshot ", b"9001 "]


async def test_a_stream_ends_after_its_lifetime() -> None:
    async def snapshot() -> Snapshot:
        return Snapshot(b"", {})

    data = [data async for data in stream(Listener(), snapshot, SystemClock(), lifetime_s=0.01)]
    assert len(data) == 1
