"""`reelwright ops pause asset` stops spending within 5 s, whatever is queued where; resumed, everything is made."""

import asyncio
from pathlib import Path

import pytest
from ops.operating import Operator
from town import verdict
from town.customer import Talk
from town.town import Town, town
from town.waiting import until

from reelwright_kling_sim import read_ledger

PROJECTS = 16
STOPS_WITHIN_S = 5.0
WATCHED_S = 6.0
PATIENCE_S = 180.0
FEW_SLOTS = {
    "REELWRIGHT_KLING_VIDEO_SLOTS": "1",
    "REELWRIGHT_KLING_IMAGE_SLOTS": "1",
    "REELWRIGHT_DIRECTOR_VIDEO_SLOTS": "20",
    "REELWRIGHT_DIRECTOR_IMAGE_SLOTS": "20",
}
"""All requests are at the kling-gateway, and most of them wait there for a slot."""
SLOW_KLING = {"REELWRIGHT_SIM_LATENCY": "seeded", "REELWRIGHT_SIM_LATENCY_SCALE": "0.01"}
"""A clip takes one or two seconds, so that there is something to stop."""


@pytest.mark.timeout(600)
async def test_a_pause_stops_spending_at_once(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, count={"director": 2}, short=False, env=FEW_SLOTS) as here:
        operator = Operator({"REELWRIGHT_DIRECTOR_ADDRESS": here.fleet.directors[0]})
        await here.fleet.restart("kling-sim-1", **SLOW_KLING)
        project_ids = list(await asyncio.gather(*(here.customer.order(f"video {n}") for n in range(PROJECTS))))
        await until(lambda: has_spent(here, 2), PATIENCE_S, "Kling is being paid")
        await operator.run("ops", "pause", "asset", "--why", "the balance")
        await asyncio.sleep(STOPS_WITHIN_S)  # what is promised
        spent = await orders(here)
        assert spent < PROJECTS, "all was spent before the pause could show anything"
        await asyncio.sleep(WATCHED_S)  # nothing happens: that is what is tested
        assert await orders(here) == spent
        await operator.run("ops", "resume", "asset")
        verdict.all_completed(await here.customer.wait_all(project_ids, PATIENCE_S))
        await verdict.settled(here, project_ids)


async def has_spent(here: Town, count: int) -> bool:
    return await orders(here) >= count


async def orders(here: Town) -> int:
    """That Kling ever took."""
    return len(await asyncio.to_thread(read_ledger, here.fleet.sim_state))
