"""A town of services on real parts, and a customer in it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from chaos.backing import Backing, backing
from chaos.customer import Customer, Talk, channel_to
from chaos.fleet import CONSUMERS, QUICK, SHORT, Fleet
from e2e.recordings import opening
from e2e.sharing import once
from parts.shared import shared_part

from reelwright_chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class Town:
    """Two directors, two renderers and one of each other kind, started and ready; parts of their own or shared ones."""

    fleet: Fleet
    backing: Backing
    customer: Customer


@pytest.fixture(scope="session")
def short_talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Six seconds: one scene."""
    folder = once(tmp_path_factory, "chaos-talk", lambda folder: opening(folder, 1))
    return Talk(folder / "talk.wav", (folder / "talk.txt").read_text(encoding="utf-8"))


@pytest.fixture
def shared_parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    return {name: shared_part(tmp_path_factory, name) for name in ("kafka", "dynamodb", "s3")}


@asynccontextmanager
async def town(
    folder: Path, addresses: dict[str, dict[str, str]], talk: Talk, *, count: dict[str, int] | None = None, **env: str
) -> AsyncIterator[Town]:
    """`count` says how many of a kind there are; one, where it says nothing. `env` is what all of them are told."""
    async with AsyncExitStack() as stack:
        behind = await stack.enter_async_context(backing(addresses, f"town-{new_id().lower()}"))
        fleet = Fleet(folder, {**QUICK, **SHORT, **behind.env, **env})
        stack.callback(fleet.end)
        fleet.add("kling-sim")
        for kind in CONSUMERS:
            fleet.add(kind, (count or {}).get(kind, 1))
        fleet.start()
        await fleet.ready()
        channel = await stack.enter_async_context(channel_to(fleet.directors))
        yield Town(fleet, behind, Customer(channel, behind.blobs, talk))
