"""Many who come at once, as after a restart: they wait their turn, and none is told that something is wrong with us."""

import asyncio
from pathlib import Path

from apihouse import house

from reelwright_gateway.identity.local import LOCAL


async def test_a_crowd_waits_its_turn(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        told = await asyncio.gather(*(here.deps.director.project(LOCAL, made["id"]) for _ in range(4_000)))
        assert {project.project_id for project in told} == {made["id"]}
