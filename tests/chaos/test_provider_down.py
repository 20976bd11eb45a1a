"""The provider goes down in the middle: projects fail, one command brings all of them back, and none is paid twice."""

import asyncio
from pathlib import Path

import pytest
from ops.operating import Operator
from town import verdict
from town.customer import Talk
from town.town import Town, town
from town.waiting import until

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_kling_sim import read_ledger

BEFORE = 4
"""Projects that Kling works on when it goes down. They only wait: it has taken their orders."""
DURING = 200
"""Projects that come while it is down."""
PATIENCE_S = 1_200.0
SLOW_KLING = {"REELWRIGHT_SIM_LATENCY": "seeded", "REELWRIGHT_SIM_LATENCY_SCALE": "0.05"}
QUICK_TO_FAIL = {
    "REELWRIGHT_DIRECTOR_MAX_POSTPONED_S": "0",
    "REELWRIGHT_DIRECTOR_MAX_ERRORS": "1",
    "REELWRIGHT_DIRECTOR_VIDEO_SLOTS": "300",
    "REELWRIGHT_KLING_VIDEO_SLOTS": "300",
    "REELWRIGHT_KLING_CONCURRENCY": "300",
    "REELWRIGHT_DIRECTOR_LEASE_S": "45",
}
"""Production waits for a day before it calls that a failure, and tries as many at once as there are slots. Nobody is
killed here but Kling, so leases are as long as production's: that many short ones keep two cores busy with beats."""


@pytest.mark.chaos
@pytest.mark.timeout(3 * PATIENCE_S)
async def test_one_retry_brings_all_back(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, env=QUICK_TO_FAIL) as here:
        operator = Operator({"REELWRIGHT_DIRECTOR_ADDRESS": here.fleet.directors[0]})
        await here.fleet.restart("kling-sim-1", **SLOW_KLING)
        before = [await here.customer.order(f"before {number}") for number in range(BEFORE)]
        await until(lambda: orders_taken(here, BEFORE), PATIENCE_S, "Kling works on the first ones")
        here.fleet.kill9("kling-sim-1")
        during = list(await asyncio.gather(*(here.customer.order(f"during {number}") for number in range(DURING))))
        failed = await here.customer.wait_all(during, PATIENCE_S)
        assert {(project.state, project.failure.reason_code) for project in failed} == {
            (rpc.STATE_FAILED, "kling_unreachable")
        }
        await here.fleet.restart("kling-sim-1", REELWRIGHT_SIM_LATENCY="instant")
        said = (await operator.run("ops", "projects", "retry", "--reason", "kling_unreachable")).out
        assert said == f"Retried {DURING} of {DURING} projects.\n"
        projects = await here.customer.wait_all(before + during, PATIENCE_S)
        verdict.all_completed(projects)
        await verdict.settled(here, before + during)


async def orders_taken(here: Town, count: int) -> bool:
    return len(await asyncio.to_thread(read_ledger, here.fleet.sim_state)) >= count
