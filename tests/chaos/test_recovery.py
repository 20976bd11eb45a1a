"""With production timeouts: one process of each kind is killed at work; within a minute others have taken over."""

import asyncio
import time
from pathlib import Path

import pytest
from town import verdict
from town.customer import Talk
from town.town import Town, town

from reelwright.rpc.v1 import project_pb2 as rpc

RECOVERY_S = 60.0
WORK_S = 30.0
"""What the work itself may take, once somebody does it."""
AT_WORK = {
    "transcription": rpc.STATE_TRANSCRIBING,
    "planner": rpc.STATE_PLANNING,
    "kling-gateway": rpc.STATE_GENERATING,
    "renderer": rpc.STATE_COMPILING,
    "director": rpc.STATE_COMPILING,
}
TWO_OF_EACH = dict.fromkeys(AT_WORK, 2)

pytestmark = pytest.mark.chaos


@pytest.mark.timeout(900)
async def test_one_kill_is_recovered_from_within_a_minute(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    async with town(tmp_path, shared_parts, short_talk, count=TWO_OF_EACH, short=False) as here:
        for kind, state in AT_WORK.items():
            took_s = await killed(here, kind, state)
            print(f"{kind}: everything done {took_s:.0f} s after the kill")  # noqa: T201 - a figure of the docs
            assert took_s < RECOVERY_S + WORK_S, kind


async def killed(here: Town, kind: str, state: "rpc.State.ValueType") -> float:
    """Seconds from the kill of one of this kind until all that was ordered is made. It is not started again before."""
    project_ids = [await here.customer.order(f"{kind} {number}") for number in range(4)]
    waits = [here.customer.wait_for(each, lambda project: project.state >= state) for each in project_ids]
    for first in asyncio.as_completed(waits):
        await first
        break
    killed_s = time.monotonic()
    here.fleet.kill9(f"{kind}-1")
    projects = await here.customer.wait_all(project_ids, 240.0)
    took_s = time.monotonic() - killed_s
    verdict.all_completed(projects)
    here.fleet.start()
    await verdict.settled(here, project_ids)
    return took_s
