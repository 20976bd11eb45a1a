"""Services are killed at random, and the broker once, while they make videos: each is made and paid for once."""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.killer import Killer
from parts import kafka
from parts.background import in_background
from town import verdict
from town.customer import Talk
from town.town import town

PROJECTS = int(os.environ.get("CHAOS_PROJECTS", "12"))
"""`make test-chaos` has 50."""
PATIENCE_S = 120.0 + 12.0 * PROJECTS
BROKER_AFTER = 3
"""Kills of services before that of the broker."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[kafka.Kafka]:
    """One of its own, since it is killed."""
    if why := kafka.missing():
        pytest.skip(why)
    started = kafka.Kafka(tmp_path / "kafka")
    started.start()
    yield started
    started.stop()


@pytest.mark.timeout(PATIENCE_S + 240)
async def test_whoever_is_killed_every_video_is_made_once(
    tmp_path: Path, shared_parts: dict[str, dict[str, str]], short_talk: Talk, broker: kafka.Kafka
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # noqa: T201 - for whoever has to repeat it
    parts = {**shared_parts, "kafka": broker.address}
    async with town(tmp_path, parts, short_talk, count={"director": 2, "renderer": 2}) as here:
        began_s = time.monotonic()
        killer = Killer(here.fleet, random.Random(seed), quick=10)
        killing = asyncio.create_task(killer.run())
        losing = asyncio.create_task(lose(broker, killer))
        project_ids = await asyncio.gather(*(here.customer.order(f"video {n}") for n in range(PROJECTS)))
        projects = await here.customer.wait_all(project_ids, PATIENCE_S)
        took_s = time.monotonic() - began_s
        await losing
        killing.cancel()
        print(f"{PROJECTS} videos in {took_s:.0f} s, kills: {dict(killer.killed)} and the broker")  # noqa: T201
        verdict.all_completed(projects)
        await verdict.settled(here, project_ids)


async def lose(broker: kafka.Kafka, killer: Killer) -> None:
    await killer.after(BROKER_AFTER)
    await in_background(broker.kill9)
    await in_background(broker.start)
