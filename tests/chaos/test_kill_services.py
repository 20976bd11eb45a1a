"""Services are killed at random while they make videos: all are made, each once, and paid for once."""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest
from chaos.killer import Killer
from town import verdict
from town.customer import Talk
from town.town import Town, town

PROJECTS = int(os.environ.get("CHAOS_PROJECTS", "12"))
"""`make test-chaos` has 50."""
PATIENCE_S = 60.0 + 12.0 * PROJECTS


@pytest.mark.timeout(PATIENCE_S + 240)
async def test_whoever_is_killed_every_video_is_made_once(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - for whoever has to repeat it
    async with town(tmp_path, shared_parts, short_talk, count={"director": 2, "renderer": 2}) as here:
        began_s = time.monotonic()
        killer = Killer(here.fleet, random.Random(seed), quick=10)
        killing = asyncio.create_task(killer.run())
        project_ids = await asyncio.gather(*(here.customer.order(f"video {n}") for n in range(PROJECTS)))
        projects = await here.customer.wait_all(project_ids, PATIENCE_S)
        killing.cancel()
        print(f"{PROJECTS} videos in {time.monotonic() - began_s:.0f} s, kills: {dict(killer.killed)}")  # noqa: T201
        assert killer.killed
        verdict.all_completed(projects)
        await settled(here, project_ids)


async def settled(here: Town, project_ids: list[str]) -> None:
    """Everybody is back, and there is nothing left to do."""
    await here.fleet.ready()
    verdict.paid_once(here.fleet.sim_state)
    await verdict.one_video_each(here.backing.blobs, project_ids)
    await verdict.nothing_hangs(here.backing.bus, here.backing.store, project_ids)
