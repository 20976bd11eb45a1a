"""The service on real embedded parts, against the simulator over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.facts_pb2 import AssetReady, KlingCalledBack, WorkFailed
from reelwright.events.v1.requests_pb2 import AssetRequested
from reelwright_chassis.bus.port import Bus, Record
from reelwright_chassis.envelope import encode
from reelwright_chassis.errors import SettingsError, Unavailable
from reelwright_chassis.testing import ask, embedded_parts
from reelwright_kling_gateway.client.errors import KlingError, Reaction
from reelwright_kling_gateway.client.kling import Kling
from reelwright_kling_gateway.client.order import Family
from reelwright_kling_gateway.poller import Poller
from reelwright_kling_gateway.service import KlingGateway, check_credentials, hear_callbacks
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_gateway.testing import JumpClock
from reelwright_kling_sim.app import create_app
from reelwright_kling_sim.settings import SimSettings


@asynccontextmanager
async def simulator(folder: Path) -> AsyncIterator[str]:
    """The simulator on a free port; yields its base URL."""
    app = create_app(SimSettings(state_dir=folder, drawing="flat", max_height=128))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True


def settings(base_url: str, **more: Any) -> KlingSettings:
    fields: dict[str, Any] = {"provider": "sim", "base_url": base_url, "poll_s": 0.05, "poll_longest_s": 0.1}
    return KlingSettings(**(fields | more))


def request(request_id: str, **more: Any) -> AssetRequested:
    fields: dict[str, Any] = {
        "project_id": "project",
        "request_id": request_id,
        "asset_id": f"asset-{request_id}",
        "scene_id": "scene",
        "kind": media_pb2.ASSET_KIND_CLIP,
        "prompt": "waves",
        "duration_s": 3.0,
        "aspect": "9:16",
        "look": "ocean",
        "lowest_rung": media_pb2.RUNG_STILL,
        "cost_cap_usd": 1.0,
    }
    return AssetRequested(**(fields | more))


async def test_a_request_on_the_bus_is_answered_with_an_asset(tmp_path: Path) -> None:
    async with simulator(tmp_path / "sim") as url, embedded_parts(tmp_path / "home") as on:
        gateway = KlingGateway(on.parts, settings(url))
        assert gateway.name == "kling-gateway"
        fact = await ask(gateway, on.parts, request("1"))
        assert isinstance(fact, AssetReady)
        assert fact.asset.blob.key == "ai-generated/asset-1.mp4"
        assert fact.asset.simulated
        assert fact.asset.cost_usd == 0.0
        assert await on.parts.blobs.stat(fact.asset.blob.key) is not None
        assert not gateway.ready


async def test_a_refusal_on_the_bus_is_a_failure_with_a_reason(tmp_path: Path) -> None:
    async with simulator(tmp_path / "sim") as url, embedded_parts(tmp_path / "home") as on:
        asked = request("2", prompt="waves [[sim:risk_at_create]]", lowest_rung=media_pb2.RUNG_PLANNED)
        fact = await ask(KlingGateway(on.parts, settings(url)), on.parts, asked)
        assert isinstance(fact, WorkFailed)
        assert (fact.reason_code, fact.retryable) == ("prompt_refused", False)


async def test_a_refused_key_ends_the_service_with_a_sentence(tmp_path: Path) -> None:
    async with simulator(tmp_path / "sim") as url, embedded_parts(tmp_path / "home") as on:
        with pytest.raises(SettingsError, match="KLING_API_KEY"):
            await KlingGateway(on.parts, settings(url, simulator_key="another")).run()


async def test_a_missing_key_is_told_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KLING_API_KEY", raising=False)
    async with embedded_parts(tmp_path) as on:
        with pytest.raises(SettingsError, match="KLING_API_KEY is not set"):
            KlingGateway(on.parts, KlingSettings(provider="kling"))


async def test_a_provider_that_is_away_keeps_nobody_from_starting() -> None:
    class Away(Kling):
        def __init__(self) -> None: ...

        async def check_credentials(self) -> None:
            raise KlingError(Reaction.NOT_SENT, "away")

    await check_credentials(Away())


def called_back(task_id: str) -> Record:
    message = encode(KlingCalledBack(project_id="project", task_id=task_id), source="test")
    return Record(message.topic, 0, 0, message.key, message.value, message.headers, 0.0)


async def test_callbacks_hasten_the_poll_and_break_nothing() -> None:
    hastened: list[str] = []
    naps: list[float] = []

    class Ear:
        hasten = staticmethod(hastened.append)

    class FlakyBus:
        async def follow(self, topic: str) -> AsyncIterator[Record]:
            assert topic == "asset.callbacks"
            yield called_back("7")
            yield replace(called_back("8"), value=b"\xff")
            yield called_back("9")
            raise Unavailable("away")

    class TwoNaps(JumpClock):
        async def sleep(self, seconds: float) -> None:
            naps.append(seconds)
            if len(naps) == 2:
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await hear_callbacks(cast(Bus, FlakyBus()), cast(Poller, Ear()), TwoNaps())
    assert hastened == ["7", "9", "7", "9"]


async def test_while_the_key_is_refused_the_service_is_not_ready(tmp_path: Path) -> None:
    async with embedded_parts(tmp_path / "home") as on:
        gateway = KlingGateway(on.parts, settings("http://127.0.0.1:9"))
        gateway._studio.desk.brakes.stop(Family.VIDEO, KlingError(Reaction.FIX_CREDENTIALS, "no"))
        assert not gateway.ready
