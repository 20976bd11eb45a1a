"""A town of services as OS processes on real parts, with a customer in it: what tests across processes stand on."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from town.backing import Backing, backing
from town.customer import Customer, Talk, channel_to
from town.fleet import CONSUMERS, QUICK, SHORT, Fleet

from reelwright_chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class Town:
    """Started and ready, on parts of its own or shared ones."""

    fleet: Fleet
    backing: Backing
    customer: Customer


@asynccontextmanager
async def town(
    folder: Path,
    addresses: dict[str, dict[str, str]],
    talk: Talk,
    *,
    count: dict[str, int] | None = None,
    short: bool = True,
    replication_factor: int | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Town]:
    """`count` says how many of a kind there are; one, where it says nothing, and of gateways and previews none.

    `env` is what all of them are told. `short` has sessions and leases end soon; without it they are production's.
    """
    async with AsyncExitStack() as stack:
        name = f"town-{new_id().lower()}"
        behind = await stack.enter_async_context(backing(addresses, name, replication_factor=replication_factor))
        fleet = Fleet(folder, {**QUICK, **(SHORT if short else {}), **behind.env, **(env or {})})
        stack.callback(fleet.end)
        fleet.add("kling-sim")
        for kind in (*CONSUMERS, "preview", "gateway"):
            fleet.add(kind, (count or {}).get(kind, int(kind in CONSUMERS)))
        fleet.start()
        await fleet.ready()
        channel = await stack.enter_async_context(channel_to(fleet.directors))
        yield Town(fleet, behind, Customer(channel, behind.blobs, talk))
