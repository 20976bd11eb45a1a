"""A9.11: faults by a marker in the prompt, and by chance."""

from __future__ import annotations

import asyncio
import random

import pytest

from reelwright_kling_sim.errors import Code, KlingError
from reelwright_kling_sim.faults import FAILED_TEXT, MARKERS, RISK_TEXT, Weather, read_markers, struck
from reelwright_kling_sim.testing import Bench, MakeBench

T2V = "/text-to-video/kling-3.0-turbo"


def test_markers_are_taken_out_of_the_prompt() -> None:
    markers = read_markers("waves [[sim:slow]] at [[sim:look=ocean]]  dusk")
    assert markers.prompt == "waves at dusk"
    assert markers.values == {"slow": "", "look": "ocean"}
    assert (markers.number("slow", 10.0), "stuck" in markers) == (10.0, False)


@pytest.mark.parametrize("prompt", ["[[sim:rain]]", "[[sim:error=9]]", "[[sim:error=x]]", "[[sim:slow=very]]"])
async def test_a_marker_that_is_not_understood_is_refused(bench: Bench, prompt: str) -> None:
    response = await bench.post(T2V, {"prompt": prompt})
    assert (response.status_code, response.json()["code"]) == (400, 1201)
    assert "simulator marker" in response.json()["message"]


@pytest.mark.parametrize("code", list(Code))
async def test_any_error_can_be_asked_for(bench: Bench, code: Code) -> None:
    response = await bench.post(T2V, {"prompt": f"x [[sim:error={int(code)}]]"})
    assert (response.status_code, response.json()["code"]) == (KlingError(code).http_status, code)
    assert await bench.sim.ledger() == ()


async def test_risk_control_at_create_makes_nothing(bench: Bench) -> None:
    response = await bench.post(T2V, {"prompt": "x [[sim:risk_at_create]]"})
    assert (response.status_code, response.json()["code"]) == (400, 1301)
    assert await bench.sim.ledger() == ()


async def test_an_error_that_happens_once(bench: Bench) -> None:
    body = {"prompt": "x [[sim:error_once=5001]]"}
    assert [(await bench.post(T2V, body)).json()["code"] for _ in range(3)] == [5001, 0, 0]


@pytest.mark.parametrize(("marker", "status"), [("timeout_but_created", 504), ("garbled_but_created", 502)])
async def test_the_answer_is_lost_but_the_task_is_there(bench: Bench, marker: str, status: int) -> None:
    body = {"prompt": f"x [[sim:{marker}]]", "options": {"external_task_id": "a-0"}}
    response = await bench.post(T2V, body)
    assert response.status_code == status
    if status == 504:
        assert response.json()["code"] == 5002
    await bench.sim.settle()
    (task,) = await bench.data("GET", "/tasks", params={"external_task_ids": "a-0"})
    assert task["status"] == "succeeded"
    assert [row.is_charged for row in await bench.sim.ledger("a-0")] == [True]


async def test_a_slow_reply_comes_after_the_task_is_there(bench: Bench) -> None:
    posting = asyncio.create_task(bench.post(T2V, {"prompt": "x [[sim:slow_reply=20]]"}))
    while not await bench.sim.ledger():
        assert not posting.done()
    assert not posting.done()
    while not posting.done():
        bench.clock.advance(20)
        await asyncio.sleep(0)
    assert (await posting).json()["code"] == 0


@pytest.mark.parametrize(("marker", "text"), [("risk_later", RISK_TEXT), ("fail", FAILED_TEXT)])
async def test_a_task_that_fails_says_why_without_a_code(bench: Bench, marker: str, text: str) -> None:
    task_id = await bench.clip(f"x [[sim:{marker}]]")
    await bench.sim.settle()
    task = await bench.task(task_id)
    assert (task["status"], task["message"]) == ("failed", text)
    assert (task["outputs"], task["billing"], bench.drawing.jobs) == ([], [], [])


async def test_a_legacy_task_that_fails_has_no_result(bench: Bench) -> None:
    body = {"prompt": "x [[sim:risk_later]]", "external_task_id": "a-0"}
    await bench.data("POST", "/v1/images/generations", json=body)
    await bench.sim.settle()
    task = await bench.data("GET", "/v1/images/generations/a-0")
    assert (task["task_status"], task["task_status_msg"]) == ("failed", RISK_TEXT)
    assert "task_result" not in task


async def test_a_failure_that_happens_once(bench: Bench) -> None:
    ids = [await bench.clip("x [[sim:fail_once]]") for _ in range(2)]
    await bench.sim.settle()
    assert [(await bench.task(task_id))["status"] for task_id in ids] == ["failed", "succeeded"]


async def test_a_success_without_outputs_is_charged_all_the_same(bench: Bench) -> None:
    task_id = await bench.clip("x [[sim:empty_outputs]]")
    await bench.sim.settle()
    task = await bench.task(task_id)
    assert (task["status"], task["outputs"], len(task["billing"])) == ("succeeded", [], 1)


async def test_a_status_that_nobody_knows(bench_with: MakeBench) -> None:
    async with bench_with(latency="seeded") as bench:
        task_id = await bench.clip("x [[sim:unknown_status]]")
        bench.clock.advance(15)
        assert (await bench.task(task_id))["status"] == "hibernating"


async def test_a_stuck_task_never_ends(bench: Bench) -> None:
    task_id = await bench.clip("x [[sim:stuck]]")
    bench.clock.advance(1_000_000)
    await bench.sim.settle()
    assert (await bench.task(task_id))["status"] == "processing"


async def test_a_look_can_be_named(bench: Bench) -> None:
    await bench.clip("x [[sim:look=ocean]]")
    await bench.sim.settle()
    (job,) = bench.drawing.jobs
    assert (job.look, job.prompt) == ("ocean", "x")


@pytest.mark.parametrize(
    ("marker", "status"), [("media_missing", 404), ("media_expired", 403), ("media_truncated", 200)]
)
async def test_media_that_cannot_be_used(bench: Bench, marker: str, status: int) -> None:
    task_id = await bench.clip(f"x [[sim:{marker}]]")
    await bench.sim.settle()
    (output,) = (await bench.task(task_id))["outputs"]
    response = await bench.client.get(output["url"])
    assert response.status_code == status
    if status == 200:
        whole = (bench.sim.simulator.settings.state_dir / "media" / f"{task_id}-0.mp4").read_bytes()
        assert response.content == whole[: len(whole) // 2]


def test_every_marker_is_tried_here_or_among_the_states() -> None:
    tried = {"look", "slow", "slow_reply", "stuck", "unknown_status", "empty_outputs", "fail", "fail_once"}
    tried |= {"risk_at_create", "risk_later", "error", "error_once", "timeout_but_created", "garbled_but_created"}
    tried |= {"media_missing", "media_expired", "media_truncated", "visible_after"}
    assert set(MARKERS) == tried


def test_chance_strikes_at_its_rate_and_a_marker_outranks_it() -> None:
    dice = random.Random(1)
    weather = Weather(error_rate=0.25, lost_reply_rate=0.0, failure_rate=1.0)
    struck_by = [struck(read_markers("x [[sim:error=1302]]" if n % 2 else "x"), weather, dice) for n in range(800)]
    assert all("fail" in markers and "timeout_but_created" not in markers for markers in struck_by)
    assert {markers.code("error") for markers in struck_by[1::2]} == {Code.RATE_LIMIT}
    assert 60 < sum("error" in markers for markers in struck_by[::2]) < 140


async def test_the_weather_is_a_knob(bench_with: MakeBench) -> None:
    async with bench_with(lost_reply_rate=1.0, failure_rate=1.0) as bench:
        assert (await bench.post(T2V, {"prompt": "x"})).status_code == 504
        await bench.sim.settle()
        assert [row.status for row in await bench.sim.ledger()] == ["failed"]
