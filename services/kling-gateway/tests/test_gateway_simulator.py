"""The whole handler against the simulator, in process: what its ledger says is what was paid."""

import asyncio
import json
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
from reelwright_chassis.errors import Reject, Retry
from reelwright_chassis.parts import Parts
from reelwright_chassis.store.sqlite import SqliteStore
from reelwright_chassis.testing import FakeJob
from reelwright_kling_gateway.generate import Studio, generate
from reelwright_kling_gateway.probe import MediaFacts, probe
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_gateway.tables import ASSETS, SUBMISSIONS, TABLES
from reelwright_kling_gateway.testing import JumpClock
from reelwright_kling_gateway.wiring import kling_client, open_studio
from reelwright_kling_sim.clock import ManualClock
from reelwright_kling_sim.in_process import BASE_URL, InProcess, simulator
from reelwright_kling_sim.settings import DEMO_ACCESS_KEY, DEMO_API_KEY, DEMO_SECRET_KEY, SimSettings


async def probe_here(path: Path) -> MediaFacts:
    """Without a subprocess, which is tested elsewhere."""
    return probe(path)


class Wire(httpx.AsyncBaseTransport):
    """The way to the simulator, which can be cut: an answer or a request gets lost, or the caller dies."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.lost: list[str] = []
        self.media_away = False
        self.dying: asyncio.Task[Any] | None = None
        self.dies_at: tuple[int, str] | None = None
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        await self._maybe_die("before")
        if self.media_away and "authorization" not in request.headers:
            raise httpx.ConnectError("the store of results is away")
        loss = self.lost.pop(0) if self.lost and request.method == "POST" else ""
        if loss == "request":
            raise httpx.ReadTimeout("the request never arrived")
        response = await self._inner.handle_async_request(request)
        await self._maybe_die("after")
        if loss == "answer":
            raise httpx.ReadError("connection reset")
        return response

    async def _maybe_die(self, moment: str) -> None:
        if self.dies_at == (len(self.sent), moment) and self.dying is not None:
            self.dies_at = None
            self.dying.cancel()
            await asyncio.Event().wait()

    @property
    def posted(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.sent if request.method == "POST"]


@dataclass
class Bench:
    sim: InProcess
    store: SqliteStore
    blobs: FolderBlobs
    clock: JumpClock
    folder: Path
    wire: Wire
    client: httpx.AsyncClient

    async def charged(self, asset_id: str = "asset-1") -> list[str]:
        """The external ids for which money was taken, each as often as it was."""
        await self.sim.settle()
        return [str(row.external_task_id) for row in await self.sim.ledger(asset_id) if row.is_charged]

    def studio(self, **settings: Any) -> Studio:
        """A new process on the same state."""
        parts = Parts(bus=None, store=self.store, blobs=self.blobs, director=None, scratch=self.folder, instance="a")  # type: ignore[arg-type]
        fields: dict[str, Any] = {"provider": "sim", "base_url": BASE_URL, "priced": True}
        chosen = KlingSettings(**(fields | settings))
        kling = kling_client(chosen, self.client, self.clock)
        return open_studio(parts, chosen, kling=kling, client=self.client, probe=probe_here, clock=self.clock)

    def job(self, attempt: int = 1) -> FakeJob:
        return FakeJob(self.folder, attempt=attempt)


@asynccontextmanager
async def bench(tmp_path: Path, **knobs: Any) -> AsyncIterator[Bench]:
    clock = JumpClock()
    sim_clock = ManualClock(clock.now_s())
    clock.moved = sim_clock.advance
    settings = SimSettings(state_dir=tmp_path / "sim", drawing="flat", max_height=64, **knobs)
    async with simulator(settings, clock=sim_clock) as sim:
        wire = Wire(sim.transport())
        store = await SqliteStore.open(tmp_path / "store.sqlite", clock=clock)
        await store.ensure(TABLES)
        blobs = FolderBlobs(tmp_path / "blobs")
        try:
            async with httpx.AsyncClient(transport=wire) as client:
                yield Bench(sim, store, blobs, clock, tmp_path, wire, client)
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
        "duration_s": 4.0,
        "aspect": "9:16",
        "lowest_rung": media_pb2.RUNG_CARD,
        "cost_cap_usd": 5.0,
    }
    return AssetRequested(prompt=prompt, **(fields | more))


STILL: dict[str, Any] = {"kind": media_pb2.ASSET_KIND_STILL}


async def test_a_clip_is_ordered_fetched_and_booked(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        asset = (await generate(on.studio(), request(look="ocean"), on.job())).asset
        assert asset.kind == media_pb2.ASSET_KIND_CLIP
        assert asset.blob.key == "ai-generated/asset-1.mp4"
        assert asset.duration_s == pytest.approx(4.0, abs=0.1)
        assert asset.height_px > asset.width_px
        assert (asset.rung, asset.calls_charged, asset.simulated) == (media_pb2.RUNG_PLANNED, 1, True)
        assert asset.cost_usd == pytest.approx(4 * 0.6 * 0.14)
        assert await on.charged() == ["asset-1-planned"]
        [body] = on.wire.posted
        assert body["prompt"] == "waves at dawn [[sim:look=ocean]]"


async def test_a_still_is_ordered_fetched_and_booked(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        asset = (await generate(on.studio(), request(**STILL), on.job())).asset
        assert asset.kind == media_pb2.ASSET_KIND_STILL
        assert asset.blob.key == "ai-generated/asset-1.jpg"
        assert asset.cost_usd == pytest.approx(8 * 0.0035)
        assert asset.duration_s == 0
        assert await on.charged() == ["asset-1-planned"]


async def test_a_still_is_paid_through_a_key_pair_where_one_is_set(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        keys = {"api_key": DEMO_API_KEY, "access_key": DEMO_ACCESS_KEY, "secret_key": DEMO_SECRET_KEY}
        fact = await generate(on.studio(provider="kling", **keys), request(look="ocean", **STILL), on.job())
        assert (fact.asset.provider, fact.asset.simulated) == ("kling", False)
        assert on.wire.posted[0]["prompt"] == "waves at dawn"
        bearers = {call.headers["authorization"].count(".") for call in on.wire.sent if "/v1/" in call.url.path}
        assert bearers == {2}
        assert await on.charged() == ["asset-1-planned"]


async def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        first = await generate(on.studio(), request(), on.job())
        sent = len(on.wire.sent)
        again = await generate(on.studio(), request(), on.job(2))
        assert again.asset == first.asset
        assert len(on.wire.sent) == sent
        await on.blobs.delete(first.asset.blob.key)
        fetched = await generate(on.studio(), request(), on.job(3))
        assert fetched.asset.blob.sha256 == first.asset.blob.sha256
        assert len(on.wire.posted) == 1


async def test_a_card_asks_nobody(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        asset = (await generate(on.studio(), request(kind=media_pb2.ASSET_KIND_CARD), on.job())).asset
        assert (asset.kind, asset.rung) == (media_pb2.ASSET_KIND_CARD, media_pb2.RUNG_CARD)
        assert asset.blob.key == ""
        assert on.wire.sent == []


@pytest.mark.parametrize("kind", [{}, STILL], ids=["clip", "still"])
@pytest.mark.parametrize("duplicates", ["refuse", "accept"])
@pytest.mark.parametrize("loss", ["answer", "request"])
async def test_a_post_without_an_answer_is_looked_for_and_paid_once(
    tmp_path: Path, kind: dict[str, Any], duplicates: str, loss: str
) -> None:
    async with bench(tmp_path, duplicates=duplicates, visible_after_s=45.0) as on:
        on.wire.lost = [loss]
        began_s = on.clock.now_s()
        fact = await generate(on.studio(), request(**kind), on.job())
        assert fact.asset.calls_charged == 1
        assert await on.charged() == ["asset-1-planned"]
        assert len(on.wire.posted) == (1 if loss == "answer" else 2)
        assert loss == "answer" or on.clock.now_s() - began_s >= 60.0


@pytest.mark.parametrize("marker", ["timeout_but_created", "garbled_but_created"])
@pytest.mark.parametrize("kind", [{}, STILL], ids=["clip", "still"])
async def test_an_answer_that_says_nothing_is_cleared_up(tmp_path: Path, marker: str, kind: dict[str, Any]) -> None:
    async with bench(tmp_path) as on:
        fact = await generate(on.studio(), request(f"waves [[sim:{marker}]]", **kind), on.job())
        assert fact.asset.rung == media_pb2.RUNG_PLANNED
        assert await on.charged() == ["asset-1-planned"]
        assert len(on.wire.posted) == 1


async def test_a_name_that_exists_already_is_adopted(tmp_path: Path) -> None:
    """As after the loss of our own tables: the vendor still has the task, and it is not bought again."""
    async with bench(tmp_path) as on:
        await generate(on.studio(), request(), on.job())
        for table in (ASSETS, SUBMISSIONS):
            key = {"asset_id": "asset-1"} | ({"rung": "planned"} if table.sort else {})
            await on.store.delete(table, key)
        fact = await generate(on.studio(), request(), on.job())
        assert fact.asset.calls_charged == 1
        assert await on.charged() == ["asset-1-planned"]
        assert len(on.wire.posted) == 2


async def until_killed(on: Bench, dies_at: tuple[int, str]) -> bool:
    """Run one process until it dies at that request; True when it came to its end before."""
    on.wire.sent.clear()
    on.wire.dies_at = dies_at
    studio = on.studio()
    on.wire.dying = asyncio.create_task(generate(studio, request(), on.job()))
    await asyncio.wait({on.wire.dying})
    await studio.desk.close()
    return not on.wire.dying.cancelled()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_a_process_that_dies_at_any_request_is_followed_by_one_that_pays_nothing_more(
    tmp_path: Path, number: int, moment: str
) -> None:
    async with bench(tmp_path, duplicates="accept", visible_after_s=20.0) as on:
        await until_killed(on, (number, moment))
        posts = len(on.wire.posted)
        fact = await generate(on.studio(), request(), on.job(2))
        assert fact.asset.calls_charged == 1
        assert await on.charged() == ["asset-1-planned"]
        assert len(on.wire.posted) - posts == (1 if (number, moment) == (1, "before") else 0)


@pytest.mark.parametrize(
    ("prompt", "rung", "model", "failed"),
    [
        ("waves [[sim:fail_once]]", media_pb2.RUNG_OTHER_MODEL, "kling-2.5-turbo", ["generation_failed"]),
        ("waves [[sim:fail]]", media_pb2.RUNG_CARD, "", ["generation_failed"] * 3),
        ("waves [[sim:risk_later]]", media_pb2.RUNG_CARD, "", ["prompt_refused"] * 4),
        ("waves [[sim:risk_at_create]]", media_pb2.RUNG_CARD, "", ["prompt_refused"] * 4),
        ("waves [[sim:error=1203]]", media_pb2.RUNG_CARD, "", ["generation_refused"] * 3),
    ],
)
async def test_a_failure_is_followed_by_the_next_rung(
    tmp_path: Path, prompt: str, rung: int, model: str, failed: list[str]
) -> None:
    async with bench(tmp_path) as on:
        asset = (await generate(on.studio(), request(prompt), on.job())).asset
        assert (asset.rung, asset.model) == (rung, model)
        assert [note.code for note in asset.notes] == failed
        assert len(await on.charged()) == asset.calls_charged == (0 if rung == media_pb2.RUNG_CARD else 1)


async def test_refused_words_are_not_sent_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await generate(on.studio(), request("a bloody war [[sim:risk_at_create]]"), on.job())
        first, *others = [body["prompt"] for body in on.wire.posted]
        assert "bloody war" in first
        assert len(others) == 3
        assert not any("bloody" in prompt or "war" in prompt.split() for prompt in others)


async def test_a_project_that_accepts_nothing_lower_is_told_why(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        asked = request("waves [[sim:risk_later]]", lowest_rung=media_pb2.RUNG_PLANNED)
        for attempt in (1, 2):
            with pytest.raises(Reject) as caught:
                await generate(on.studio(), asked, on.job(attempt))
            assert caught.value.reason_code == "prompt_refused"
            assert caught.value.message == "planned (kling-3.0) failed: Failure to pass the risk control system"
        assert len(on.wire.posted) == 1


@pytest.mark.parametrize("marker", ["empty_outputs", "media_missing", "media_expired", "media_truncated"])
async def test_a_paid_result_that_cannot_be_had_is_not_bought_again(tmp_path: Path, marker: str) -> None:
    async with bench(tmp_path) as on:
        fact = await generate(on.studio(), request(f"waves [[sim:{marker}]]"), on.job())
        assert fact.asset.kind == media_pb2.ASSET_KIND_CARD
        assert (fact.asset.calls_charged, await on.charged()) == (1, ["asset-1-planned"])
        assert fact.asset.cost_usd > 0
        assert [note.code for note in fact.asset.notes] == ["result_lost"]


async def test_a_result_that_cannot_be_fetched_now_is_fetched_later(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.wire.media_away = True
        with pytest.raises(Retry) as caught:
            await generate(on.studio(), request(), on.job())
        assert caught.value.reason_code == "kling_unreachable"
        on.wire.media_away = False
        fact = await generate(on.studio(), request(), on.job())
        assert fact.asset.rung == media_pb2.RUNG_PLANNED
        assert len(on.wire.posted) == 1


async def test_a_lost_result_without_a_card_is_a_failure_that_says_what_it_cost(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        asked = request("waves [[sim:empty_outputs]]", lowest_rung=media_pb2.RUNG_STILL)
        with pytest.raises(Reject) as caught:
            await generate(on.studio(), asked, on.job())
        assert caught.value.reason_code == "result_lost"
        assert caught.value.cost_usd == pytest.approx(4 * 0.6 * 0.14)


@pytest.mark.parametrize(
    ("cap_usd", "rung", "model"),
    [
        (0.30, media_pb2.RUNG_OTHER_MODEL, "kling-2.5-turbo"),
        (0.10, media_pb2.RUNG_STILL, "kling-v3"),
        (0.01, media_pb2.RUNG_CARD, ""),
    ],
)
async def test_a_cap_is_kept_by_a_cheaper_rung(tmp_path: Path, cap_usd: float, rung: int, model: str) -> None:
    async with bench(tmp_path) as on:
        asset = (await generate(on.studio(), request(cost_cap_usd=cap_usd), on.job())).asset
        assert (asset.rung, asset.model) == (rung, model)
        assert asset.cost_usd <= cap_usd


async def test_a_cap_that_nothing_fits_is_told_before_anything_is_bought(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        with pytest.raises(Reject) as caught:
            await generate(on.studio(), request(cost_cap_usd=0.01, lowest_rung=media_pb2.RUNG_STILL), on.job())
        assert caught.value.reason_code == "budget_exceeded"
        assert on.wire.sent == []


@pytest.mark.parametrize("code", [1302, 1303, 5000, 5001])
async def test_a_refusal_for_the_moment_is_waited_out(tmp_path: Path, code: int) -> None:
    async with bench(tmp_path) as on:
        fact = await generate(on.studio(), request(f"waves [[sim:error_once={code}]]"), on.job())
        assert fact.asset.rung == media_pb2.RUNG_PLANNED
        assert await on.charged() == ["asset-1-planned"]
        assert len(on.wire.posted) == 2


@pytest.mark.parametrize(
    ("prompt", "reason_code"),
    [
        ("waves [[sim:error=1102]]", "kling_balance"),
        ("waves [[sim:error=1304]]", "kling_account"),
        ("waves [[sim:error=1002]]", "kling_credentials"),
        ("waves [[sim:error=1302]]", "kling_busy"),
        ("waves [[sim:error=5001]]", "kling_unanswered"),
        ("waves [[sim:unknown_status]] [[sim:stuck]]", "kling_unanswered"),
    ],
)
async def test_what_this_attempt_cannot_cure_is_left_for_later_with_a_reason(
    tmp_path: Path, prompt: str, reason_code: str
) -> None:
    async with bench(tmp_path) as on:
        with pytest.raises(Retry) as caught:
            await generate(on.studio(), request(prompt), on.job())
        assert caught.value.reason_code == reason_code
        assert await on.charged() == []


async def test_more_jobs_than_slots_all_get_their_turn(tmp_path: Path) -> None:
    """The vendor has fewer slots than we were told: 1303 is held in place until one is free."""
    async with bench(tmp_path, video_slots=1, latency="seeded") as on:
        studio = on.studio()
        asked = [request(request_id=f"r{n}", asset_id=f"asset-{n}") for n in range(3)]
        jobs = [FakeJob(on.folder / f"job-{n}", request_id=f"r{n}") for n in range(3)]
        for job in jobs:
            job.scratch.mkdir()
        facts = await asyncio.gather(*(generate(studio, each, job) for each, job in zip(asked, jobs, strict=True)))
        assert [fact.asset.rung for fact in facts] == [media_pb2.RUNG_PLANNED] * 3
        assert sorted(await on.charged("asset-")) == [f"asset-{n}-planned" for n in range(3)]
        assert len(on.wire.posted) > 3
