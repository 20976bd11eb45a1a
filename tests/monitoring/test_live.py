"""The services at work beside a real Prometheus with the chart's rules: no query of any panel is empty."""

import asyncio
import math
import subprocess
import sys
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from monitoring.dashboards import PanelQuery, queries
from monitoring.events import EVENTS
from monitoring.promql import selectors
from monitoring.rule_files import FILES
from parts import prometheus
from parts.collector import Collector, collecting
from parts.ports import free_port
from parts.prometheus import Prometheus
from town.customer import CALLER, Customer, Talk
from town.town import Town, town
from town.waiting import until

from reelwright.rpc.v1 import project_pb2 as rpc

pytestmark = pytest.mark.skipif(prometheus.missing() is not None, reason=str(prometheus.missing()))

_QUICK = {"REELWRIGHT_DIRECTOR_CENSUS_EVERY_S": "1", "REELWRIGHT_DIRECTOR_WEBHOOKS_TO_LOOPBACK": "true"}
_DONE, _FAILED = "STATE_COMPLETED", "STATE_FAILED"
_PATIENCE_S = 120.0
_FILLED_S = 60.0
LATENCIES = [
    f"reelwright_{what}_seconds"
    for what in (
        "job_duration", "record_age", "kling_task_duration", "provider_call_duration", "project_duration",
        "request_wait", "request_duration", "bus_publish_duration", "store_call_duration", "blobs_call_duration",
        "http_request_duration", "event_delay",
    )
]  # fmt: skip


@asynccontextmanager
async def watched(folder: Path, here: Town) -> AsyncIterator[Prometheus]:
    """A Prometheus that scrapes every process but the simulator, as the chart's PodMonitor has it do."""
    server = await asyncio.to_thread(Prometheus, folder, FILES)
    try:
        members = here.fleet.members.items()
        server.watch_services({each.http: name[:-2] for name, each in members if not name.startswith("kling-sim")})
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def listening(here: Town) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API that hears of all its projects meanwhile."""
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(api_key, here)}"}
    async with (
        httpx.AsyncClient(base_url=here.fleet.apis[0], headers=headers, timeout=60) as http,
        http.stream("GET", "/v1/events") as events,
    ):
        assert events.status_code == 200
        yield http


def api_key(here: Town) -> str:
    """Of the user in whose name the customer orders, as an operator makes one."""
    command = [sys.executable, "-m", "reelwright_standalone", "ops", "keys", "create"]
    command += ["--tenant", CALLER.tenant_id, "--user", CALLER.user_id]
    env = {**here.fleet.env, "REELWRIGHT_DIRECTOR_ADDRESS": f"ipv4:{','.join(here.fleet.directors)}"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


async def use_the_api(http: httpx.AsyncClient, talk: Talk) -> None:
    """A webhook that nobody answers, an upload that starts nothing, and looks at it: a count that grows is seen to."""
    hook = await http.post("/v1/webhooks", json={"url": f"http://127.0.0.1:{free_port()}/"})
    assert hook.status_code == 201, hook.text
    created = (await http.post("/v1/projects", json={"title": "Kept", "autostart": False})).json()
    await http.put(created["upload"]["url"], content=talk.audio.read_bytes())
    while True:
        assert (await http.get(f"/v1/projects/{created['id']}")).json()["state"] == "uploaded"
        await asyncio.sleep(1.0)  # what a page that polls does


def silence(target: Path) -> Path:
    with wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(2 * 16_000 * 3))
    return target


async def make_videos(here: Town, deaf: Customer) -> list[rpc.Project]:
    """One that goes well, one with a scene that falls back, one that the provider fails, one without a voice in it."""
    ordered = [
        await here.customer.order("well"),
        await here.customer.order("falls back", direction="[[sim:fail_once]]"),
        await here.customer.order("fails", direction="[[sim:fail]]"),
        await deaf.order("silent"),
    ]
    return await here.customer.wait_all(ordered, _PATIENCE_S)


def is_filled(server: Prometheus, query: PanelQuery) -> bool:
    return any(math.isfinite(float(sample["value"][1])) for sample in server.query(query.promql))


def is_event(query: PanelQuery) -> bool:
    return any((query.dashboard, query.panel, metric) in EVENTS for metric, _ in selectors(query.promql))


async def left_empty(server: Prometheus) -> list[PanelQuery]:
    """What stays so for a minute: a rate wants two scrapes, and what is recorded some more."""
    left = [query for query in queries() if not is_event(query)]
    until = time.monotonic() + _FILLED_S
    while left and time.monotonic() < until:
        left = [query for query in left if not await asyncio.to_thread(is_filled, server, query)]
        await asyncio.sleep(1.0)  # until the next scrape
    return left


@asynccontextmanager
async def traced() -> AsyncIterator[Collector]:
    with collecting() as collector:
        yield collector


async def are_examples(server: Prometheus, collector: Collector) -> bool:
    """Whether each latency that is measured within a step has an exemplar; all of them are traces that were sent."""
    found = [await asyncio.to_thread(server.exemplars, f"{name}_bucket") for name in LATENCIES]
    sent = {span.trace_id for span in collector.spans}
    return all(found) and {each["trace_id"] for of_one in found for each in of_one} <= sent


def test_events_are_those_of_panels_that_there_are() -> None:
    known = {(query.dashboard, query.panel, metric) for query in queries() for metric, _ in selectors(query.promql)}
    assert set(EVENTS) <= known


@pytest.mark.timeout(400)
async def test_no_panel_is_empty(tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk) -> None:
    deaf_talk = replace(short_talk, audio=silence(tmp_path / "silent.wav"))
    async with (
        traced() as collector,
        town(tmp_path, shared_parts, short_talk, count={"gateway": 1}, env={**_QUICK, **collector.env}) as here,
        watched(tmp_path, here) as server,
        listening(here) as http,
    ):
        using = asyncio.create_task(use_the_api(http, short_talk))
        ended = await make_videos(here, here.customer.of(deaf_talk))
        assert [rpc.State.Name(each.state) for each in ended] == [_DONE, _DONE, _FAILED, _FAILED], ended
        assert not await left_empty(server)
        await until(partial(are_examples, server, collector), _FILLED_S, "every latency has its example")
        assert not using.done(), using.exception()
        using.cancel()
