"""A9.5, A9.8: the states of a task in time, ids that are used twice, tasks that show late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_kling_sim.clock import ManualClock, SystemClock
from reelwright_kling_sim.faults import read_markers
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.tasks import NEVER_MS, Pace, Task, next_id, plan_task, step
from reelwright_kling_sim.testing import Bench, MakeBench

NOW_MS = 1_790_000_000_000
T2V = "/text-to-video/kling-3.0-turbo"
ORDER = Order(
    dialect="new",
    product="text-to-video",
    model="kling-3.0-turbo",
    family="video",
    prompt="waves",
    width=720,
    height=1280,
    duration_s=5,
    count=1,
    price_centi=400,
    latency_s=40.0,
)


def planned(prompt: str = "waves", *, instant: bool = False, external_id: str = "a-0", **pace: Any) -> Task:
    """A task accepted at NOW_MS."""
    paced = replace(Pace(instant=instant, scale=1.0, seed=0, visible_after_s=0.0), **pace)
    order = replace(ORDER, prompt=prompt, external_task_id=external_id)
    return plan_task(order, read_markers(prompt), paced, task_id="1" * 18, now_ms=NOW_MS, first_time=True, base_url="")


@given(st.text(min_size=1, max_size=8), st.lists(st.integers(0, 60_000), max_size=12))
def test_a_task_goes_forward_only_and_is_charged_once(external_id: str, waits_ms: list[int]) -> None:
    task, now_ms, seen = planned(external_id=external_id), NOW_MS, ["submitted"]
    for wait_ms in waits_ms:
        now_ms += wait_ms
        task = replace(task, drawn=task.drawn or task.status == "processing")
        while (after := step(task, now_ms)) is not None:
            assert after.charged_centi == (400 if after.status == "succeeded" else 0)
            task = after
            seen.append(task.status)
    assert seen == ["submitted", "processing", "succeeded"][: len(seen)]
    if task.is_terminal:
        assert step(task, NEVER_MS) is None


@given(st.text(min_size=1, max_size=8))
def test_latency_is_seeded_and_in_the_order_of_what_was_seen(external_id: str) -> None:
    task, again, slower = (planned(external_id=external_id, scale=scale) for scale in (1.0, 1.0, 3.0))
    assert (task.starts_at_ms, task.ends_at_ms) == (again.starts_at_ms, again.ends_at_ms)
    assert NOW_MS < task.starts_at_ms < task.ends_at_ms
    assert 20_000 <= task.ends_at_ms - NOW_MS <= 80_000, "40 s, give or take"
    assert abs((slower.ends_at_ms - NOW_MS) - 3 * (task.ends_at_ms - NOW_MS)) <= 2


def test_markers_bend_the_schedule() -> None:
    assert planned("x [[sim:stuck]]").ends_at_ms == NEVER_MS
    usual, slow = planned("x"), planned("x [[sim:slow=20]]")
    assert slow.ends_at_ms - NOW_MS > 4 * (usual.ends_at_ms - NOW_MS)
    assert planned("x [[sim:visible_after=3]]").visible_at_ms == NOW_MS + 3000
    assert planned("x", visible_after_s=2.0).visible_at_ms == NOW_MS + 2000


@given(st.lists(st.integers(NOW_MS, NOW_MS + 5), max_size=20))
def test_ids_have_eighteen_digits_and_only_grow(times_ms: list[int]) -> None:
    ids: list[str] = []
    for now_ms in times_ms:
        ids.append(next_id(now_ms, ids[-1] if ids else None))
    assert ids == sorted(set(ids))
    assert all(len(one) == 18 and one.isdecimal() for one in ids)


async def test_the_states_follow_the_clock(bench_with: MakeBench) -> None:
    async with bench_with(latency="seeded") as bench:
        task_id = await bench.clip()
        assert (await bench.task(task_id))["status"] == "submitted"
        assert bench.drawing.jobs == []
        bench.clock.advance(15)
        await bench.sim.settle()
        assert (await bench.task(task_id))["status"] == "processing"
        assert len(bench.drawing.jobs) == 1, "it is drawn while it is processing"
        bench.clock.advance(300)
        task = await bench.task(task_id)
        assert (task["status"], task["update_time"] - task["create_time"]) == ("succeeded", 315_000)
        assert len(bench.drawing.jobs) == 1


async def test_it_is_processing_as_long_as_it_is_being_drawn(bench_with: MakeBench) -> None:
    async with bench_with(latency="instant") as bench:
        started, go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slowly(job: Any) -> None:
            loop.call_soon_threadsafe(started.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(30)
            bench.drawing(job)

        bench.sim.simulator._room._draw = slowly
        task_id = await bench.clip()
        await started.wait()
        assert (await bench.task(task_id))["status"] == "processing"
        go_on.set()
        await bench.sim.settle()
        assert (await bench.task(task_id))["status"] == "succeeded"


async def test_a_known_id_is_refused_across_products_and_for_ever(bench: Bench) -> None:
    await bench.clip("x [[sim:fail]]", external_task_id="a-0")
    await bench.sim.settle()
    bench.clock.advance(10_000)
    picture = {"prompt": "x", "external_task_id": "a-0"}
    for path, body in ((T2V, {"prompt": "x", "options": picture}), ("/v1/images/generations", picture)):
        refused = await bench.post(path, body)
        assert (refused.status_code, refused.json()["message"]) == (400, "External_task_id a-0 already exists")
    assert len(await bench.sim.ledger()) == 1


@pytest.mark.parametrize(
    ("knobs", "path", "code"),
    [
        ({"duplicate_scope": "product"}, "/v1/images/generations", 0),
        ({"duplicate_scope": "product"}, T2V, 1201),
        ({"reuse_after_failure": True}, T2V, 0),
        ({"duplicates": "accept"}, T2V, 0),
    ],
)
async def test_what_counts_as_known_is_a_knob(
    bench_with: MakeBench, knobs: dict[str, Any], path: str, code: int
) -> None:
    async with bench_with(**knobs) as bench:
        await bench.clip("x [[sim:fail]]", external_task_id="a-0")
        await bench.sim.settle()
        body = {"prompt": "x", "external_task_id": "a-0", "options": {"external_task_id": "a-0"}}
        assert (await bench.post(path, body)).json()["code"] == code


async def test_accepted_duplicates_are_two_tasks_and_two_bills(bench_with: MakeBench) -> None:
    async with bench_with(duplicates="accept") as bench:
        for _ in range(2):
            await bench.clip(external_task_id="a-0")
        await bench.sim.settle()
        assert [row.is_charged for row in await bench.sim.ledger("a-0")] == [True, True]
        assert len(await bench.data("GET", "/tasks", params={"external_task_ids": "a-0"})) == 2


async def test_a_task_may_show_late_yet_its_id_is_taken(bench_with: MakeBench) -> None:
    async with bench_with(visible_after_s=8) as bench:
        body = {"prompt": "x", "external_task_id": "a-0"}
        created = await bench.data("POST", "/v1/images/generations", json=body)
        await bench.sim.settle()
        assert await bench.data("GET", "/tasks", params={"external_task_ids": "a-0"}) == []
        assert await bench.data("GET", "/v1/images/generations") == []
        missing = await bench.client.get("/v1/images/generations/a-0")
        assert missing.json()["message"] == "Task not found by id/external id: a-0"
        assert (await bench.post("/v1/images/generations", body)).json()["code"] == 1201
        bench.clock.advance(8)
        assert (await bench.task(created["task_id"]))["status"] == "succeeded"


async def test_the_system_clock_waits_for_an_instant_or_a_nudge() -> None:
    clock, nudge = SystemClock(), asyncio.Event()
    await clock.wait(nudge, clock.now_s() - 1)
    nudge.set()
    await clock.wait(nudge, None)
    assert not nudge.is_set()


async def test_the_manual_clock_wakes_those_who_wait() -> None:
    clock = ManualClock(100.0)
    waiting = asyncio.create_task(clock.wait(asyncio.Event(), 105.0))
    await asyncio.sleep(0)  # let it begin to wait
    clock.advance(5)
    await waiting
    assert clock.now_s() == 105.0
    await clock.wait(asyncio.Event(), 105.0)
